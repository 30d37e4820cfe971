{% macro is_update() %}
    {# dbt compile and dbt docs generate render the hooks as well, in any order, and must write nothing. #}
    {% do return(execute and flags.WHICH not in ('compile', 'generate')) %}
{% endmacro %}
