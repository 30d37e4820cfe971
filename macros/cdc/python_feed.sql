{% macro python_feed(relation, compiled_code) %}
    {# A Python model may write through a connection of its own, so its rows land in a table, before the transaction. #}
    {% do return(adapter.dispatch('python_feed', 'sluice')(relation, compiled_code)) %}
{% endmacro %}
