{% macro struct_of(fields) %}
    {% do return(adapter.dispatch('struct_of', 'sluice')(fields)) %}
{% endmacro %}
