{% macro sync_columns(relation, columns, mode='append_new_columns') %}
    {# Brings a table's columns up to those of a batch, and returns the batch's columns that the table takes. #}
    {% set existing = adapter.get_columns_in_relation(relation) %}
    {% set taken = [] %}
    {% set alters = [] %}
    {% set errors = [] %}
    {% for column in columns %}
        {% set old = sluice.column_named(existing, column.name) %}
        {% if old is not none %}
            {% do taken.append(old) %}
            {% if old.dtype != column.dtype and sluice.widens(old.dtype, column.dtype) %}
                {% do alters.append('alter column ' ~ adapter.quote(old.name) ~ ' type ' ~ column.dtype) %}
            {% elif old.dtype != column.dtype and not sluice.widens(column.dtype, old.dtype) %}
                {% do errors.append(
                    "column '" ~ old.name ~ "' was " ~ old.dtype ~ ' and is now ' ~ column.dtype
                    ~ ', which can lose values; cast it in the model, or rebuild with --full-refresh'
                ) %}
            {% endif %}
        {% elif mode in ('append_new_columns', 'sync_all_columns') %}
            {% do taken.append(column) %}
            {% do alters.append('add column ' ~ adapter.quote(column.name) ~ ' ' ~ column.dtype) %}
        {% elif mode == 'fail' %}
            {% do errors.append(
                "column '" ~ column.name ~ "' is new and on_schema_change is fail; add it by --full-refresh, or set append_new_columns"
            ) %}
        {% endif %}
    {% endfor %}
    {% if mode in ('fail', 'sync_all_columns') %}
        {% for old in existing if not sluice.is_reserved(old.name) and sluice.column_named(columns, old.name) is none %}
            {% if mode == 'sync_all_columns' %}
                {% do alters.append('drop column ' ~ adapter.quote(old.name)) %}
            {% else %}
                {% do errors.append("column '" ~ old.name ~ "' is no longer in the model and on_schema_change is fail") %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% do sluice.raise_errors('Schema change of ' ~ relation, errors) %}
    {% if alters %}
        {% do run_query('alter table ' ~ relation ~ ' ' ~ alters | join(';\nalter table ' ~ relation ~ ' ')) %}
    {% endif %}
    {% do return(taken) %}
{% endmacro %}
