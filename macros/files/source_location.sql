{% macro source_location(source) %}
    {% do return(adapter.dispatch('source_location', 'sluice')(source)) %}
{% endmacro %}
