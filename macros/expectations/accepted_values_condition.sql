{% macro accepted_values_condition(column_name, values, quote=true) %}
    {# As dbt's own test writes the values: between quotes, and otherwise as they are. #}
    {% set list = [] %}
    {% for value in values %}{% do list.append("'" ~ value ~ "'" if quote else value) %}{% endfor %}
    {% do return(column_name ~ ' in (' ~ list | join(', ') ~ ')') %}
{% endmacro %}
