{% macro create_temp(suffix, sql) %}
    {% do return(adapter.dispatch('create_temp', 'sluice')(suffix, sql)) %}
{% endmacro %}
