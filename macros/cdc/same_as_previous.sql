{% macro same_as_previous(expressions, window) %}
    {% do return(adapter.dispatch('same_as_previous', 'sluice')(expressions, window)) %}
{% endmacro %}
