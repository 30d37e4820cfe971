{% macro find_reasons(plans, answers) %}
    {# Python that writes why files cannot be read, in the engine's words, to the table `answers` (path, reason). #}
    {% do return(adapter.dispatch('find_reasons', 'sluice')(plans, answers)) %}
{% endmacro %}
