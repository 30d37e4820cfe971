{% macro event_log_views(database=none) %}
    {% do return(adapter.dispatch('event_log_views', 'sluice')(database)) %}
{% endmacro %}
