{% macro builtin_macro(name) %}
    {# dbt's own implementation of a macro that this package overrides for strategy apply_changes. #}
    {% do return(dbt.get(adapter.type() ~ '__' ~ name) or dbt['default__' ~ name]) %}
{% endmacro %}
