{% macro relationships_condition(column_name, to, field) %}
    {# Qualified: where the reference has no such field, a bare name would be the row's own, and always found.
       Nested: dbt run --empty gives a relation an alias of its own. #}
    {% do return(column_name ~ ' in (select reference.' ~ field ~ ' from (select * from ' ~ to ~ ') as reference)') %}
{% endmacro %}
