{% macro on_violation(test, node) %}
    {# What a bad row means to a test, or none where it is no expectation. #}
    {% set meta = test.config.meta or {} %}
    {% do sluice.warn_misspelt(test, meta, ['on_violation']) %}
    {% set chosen = meta.get('on_violation') %}
    {% if chosen is none and node.config.materialized == 'streaming_table'
        and sluice.kind_of_test(test) in ('sluice.expectation', 'sluice.expectations') %}
        {% do return('warn') %}
    {% endif %}
    {% do return(chosen) %}
{% endmacro %}
