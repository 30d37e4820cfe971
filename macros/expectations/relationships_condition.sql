{% macro relationships_condition(column_name, to, field) %}
    {# Qualified: where the reference has no such field, a bare name would be the row's own, and always found. #}
    {% do return(column_name ~ ' in (select reference.' ~ field ~ ' from ' ~ to ~ ' as reference)') %}
{% endmacro %}
