{% macro sync_columns_statements(relation, columns, mode='append_new_columns', existing=none, node=none) %}
    {# How a table is brought up to the columns of a batch, by the rules of on_schema_change: {'taken': those of the
       batch that the table takes, 'all': the table's columns afterwards, 'statements'}. A lossless widening is applied
       in every mode. #}
    {% set node = node or model %}
    {% set existing = existing or sluice.columns_of(relation) %}
    {% set taken = [] %}
    {% set all = existing | list %}
    {% set alters = [] %}
    {% set errors = [] %}
    {% set widened = [] %}
    {% for column in columns %}
        {% set old = sluice.find_column(existing, column.name) %}
        {% if old is not none %}
            {% set wider = old.dtype != column.dtype and sluice.widens(old.dtype, column.dtype) %}
            {% do taken.append(api.Column(old.name, column.dtype) if wider else old) %}
            {% if wider %}
                {% do widened.append(column) %}
                {% do alters.append('alter column ' ~ sluice.quote(old.name) ~ ' type ' ~ column.dtype) %}
                {% do all.insert(all.index(old), api.Column(old.name, column.dtype)) %}
                {% do all.remove(old) %}
            {% elif old.dtype != column.dtype and not sluice.widens(column.dtype, old.dtype) %}
                {% do errors.append(
                    "column '" ~ old.name ~ "' was " ~ old.dtype ~ ' and is now ' ~ column.dtype
                    ~ ', which can lose values; cast it in the model, or start over: ' ~ sluice.rebuild_command(node)
                ) %}
            {% endif %}
        {% elif mode in ('append_new_columns', 'sync_all_columns') %}
            {% do taken.append(column) %}
            {% do all.append(column) %}
            {% do alters.append('add column ' ~ sluice.quote(column.name) ~ ' ' ~ column.dtype) %}
        {% elif mode == 'fail' %}
            {% do errors.append("column '" ~ column.name ~ "' is new and on_schema_change is fail") %}
        {% endif %}
    {% endfor %}
    {% do errors.extend(sluice.widening_errors(relation, widened)) %}
    {% if mode in ('fail', 'sync_all_columns') %}
        {% for old in existing if not sluice.is_reserved(old.name) and sluice.find_column(columns, old.name) is none %}
            {% if mode == 'fail' %}
                {% do errors.append(
                    "column '" ~ old.name ~ "' is no longer in the model and on_schema_change is fail"
                ) %}
            {% else %}
                {% do alters.append('drop column ' ~ sluice.quote(old.name)) %}
                {% do all.remove(old) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% do sluice.raise_schema_change(relation, errors, node, mode) %}
    {% set statements = [] %}
    {% for change in alters %}{% do statements.append('alter table ' ~ relation ~ ' ' ~ change) %}{% endfor %}
    {% do return({'taken': taken, 'all': all, 'statements': statements}) %}
{% endmacro %}


{% macro on_schema_change(node=none, errors=none) %}
    {# dbt's default is ignore, and ours is to append: only the unrendered config tells which was meant. dbt takes
       a value that it does not know for its default; here it is an error. #}
    {% set node = node or model %}
    {% set legal = ['ignore', 'append_new_columns', 'sync_all_columns', 'fail'] %}
    {% set chosen = node.config.get('on_schema_change') %}
    {% if node.resource_type == 'snapshot' or (node.unrendered_config or {}).get('on_schema_change') is none %}
        {% do return('append_new_columns') %}
    {% elif chosen not in legal %}
        {% set error = 'on_schema_change must be one of ' ~ legal | join(', ') ~ ', found: ' ~ tojson(chosen) %}
        {% if errors is none %}{% do sluice.raise_errors('Configuration error', [error], node) %}{% endif %}
        {% do errors.append(error) %}
    {% endif %}
    {% do return(chosen) %}
{% endmacro %}


{% macro widening_errors(relation, widened) %}
    {# For columns that are to become wider, and that a constraint or an index holds to their type. #}
    {% set errors = [] %}
    {% set fixed = sluice.fixed_columns(relation) if widened else {} %}
    {% for column in widened if column.name | lower in fixed %}
        {% do errors.append(
            "column '" ~ column.name ~ "' is now " ~ column.dtype ~ ', and ' ~ fixed[column.name | lower]
            ~ ' keeps its type from being changed; cast it in the model, or start over: '
            ~ sluice.rebuild_command(model)
        ) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}


{% macro narrowed_names(existing, columns) %}
    {# Columns of a table that cannot take over what comes now without losing values of the one or the other. #}
    {% set names = [] %}
    {% for column in columns %}
        {% set old = sluice.find_column(existing, column.name) %}
        {% if old is not none and old.dtype != column.dtype
            and not sluice.widens(old.dtype, column.dtype) and not sluice.widens(column.dtype, old.dtype) %}
            {% do names.append(column.name) %}
        {% endif %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}


{% macro raise_schema_change(relation, errors, node, mode) %}
    {# One error for all of them, with the way out where on_schema_change is what forbids. #}
    {% if errors and mode == 'fail' %}
        {% do errors.append('way out: change the model back, choose another on_schema_change, or start over: '
            ~ sluice.rebuild_command(node)) %}
    {% endif %}
    {% do sluice.raise_errors('Schema change of ' ~ relation, errors, node) %}
{% endmacro %}


{% macro check_contract(sql) %}
    {# Every batch is held against an enforced contract, in dbt's words. #}
    {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
{% endmacro %}


{% macro contracted_columns(columns, existing=[]) %}
    {# Kept events remember columns that are gone from the model. Where a contract is enforced, a table that does not
       have such a column gets none. #}
    {% if not config.get('contract').enforced %}{% do return(columns) %}{% endif %}
    {% set names = (existing | map(attribute='name') | list + model.columns.keys() | list) | map('lower') | list %}
    {% set result = [] %}
    {% for column in columns if column.name | lower in names %}{% do result.append(column) %}{% endfor %}
    {% do return(result) %}
{% endmacro %}
