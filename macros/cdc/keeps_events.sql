{% macro keeps_events(options, events, batch, recorded, afresh) %}
    {# A full refresh replays what stream() reads from its first batch on. A model that reads no stream shows only
       its newest events: its kept ones are the feed then, as long as they would be made the same way again. #}
    {% if not afresh %}{% do return(true) %}{% endif %}
    {% if load_cached_relation(this) is none or not recorded or sluice.streams_read() %}
        {% do return(false) %}
    {% endif %}
    {% do return(
        recorded.events == sluice.recorded_options(options).events
        and not sluice.type_changes(options, sluice.columns_of(events), sluice.columns_of(batch))
    ) %}
{% endmacro %}
