{% macro query_columns(sql) %}
    {# The columns of a query, not run. dbt's own macro for this takes structs apart. #}
    {% do return(adapter.dispatch('query_columns', 'sluice')(sql)) %}
{% endmacro %}
