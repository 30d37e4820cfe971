{% macro truncated_events(events_sql, events) %}
    {% do return(adapter.dispatch('truncated_events', 'sluice')(events_sql, events)) %}
{% endmacro %}
