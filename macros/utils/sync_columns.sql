{% macro sync_columns(relation, columns, mode='append_new_columns', existing=none, node=none) %}
    {# Brings a table up to the columns of a batch, by the rules of on_schema_change. Returns {'taken': those of the
       batch that the table takes, 'all': the table's columns afterwards}. A lossless widening is applied in every mode. #}
    {% set node = node or model %}
    {% set existing = existing or sluice.columns_of(relation) %}
    {% set taken = [] %}
    {% set all = existing | list %}
    {% set alters = [] %}
    {% set errors = [] %}
    {% set widened = [] %}
    {% for column in columns %}
        {% set old = sluice.column_named(existing, column.name) %}
        {% if old is not none %}
            {% do taken.append(old) %}
            {% if old.dtype != column.dtype and sluice.widens(old.dtype, column.dtype) %}
                {% do widened.append(column) %}
                {% do alters.append('alter column ' ~ sluice.quote(old.name) ~ ' type ' ~ column.dtype) %}
                {% do all.insert(all.index(old), api.Column(old.name, column.dtype)) %}
                {% do all.remove(old) %}
            {% elif old.dtype != column.dtype and not sluice.widens(column.dtype, old.dtype) %}
                {% do errors.append(
                    "column '" ~ old.name ~ "' was " ~ old.dtype ~ ' and is now ' ~ column.dtype
                    ~ ', which can lose values; cast it in the model, or start over: ' ~ sluice.start_over(node)
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
        {% for old in existing if not sluice.is_reserved(old.name) and sluice.column_named(columns, old.name) is none %}
            {% if mode == 'fail' %}
                {% do errors.append(sluice.column_gone(old.name)) %}
            {% else %}
                {% do alters.append('drop column ' ~ sluice.quote(old.name)) %}
                {% do all.remove(old) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% if errors and mode == 'fail' %}
        {% do errors.append(sluice.way_out_of_schema_change(node)) %}
    {% endif %}
    {% do sluice.raise_errors('Schema change of ' ~ relation, errors, node) %}
    {% if alters %}
        {% do run_query('alter table ' ~ relation ~ ' ' ~ alters | join(';\nalter table ' ~ relation ~ ' ')) %}
    {% endif %}
    {% do return({'taken': taken, 'all': all}) %}
{% endmacro %}
