{% macro violations(rules) %}
    {% do return(adapter.dispatch('violations', 'sluice')(rules)) %}
{% endmacro %}
