{% macro python_feed_relation() %}
    {% set events = sluice.events_relation() %}
    {% do return(events.incorporate(path={'identifier': events.identifier | replace('__events', '__python_feed')})) %}
{% endmacro %}
