{% macro user_columns(columns) %}
    {# Names of the columns that are not ours. #}
    {% set names = [] %}
    {% for column in columns if not sluice.is_reserved(column.name) %}{% do names.append(column.name) %}{% endfor %}
    {% do return(names) %}
{% endmacro %}
