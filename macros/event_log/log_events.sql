{% macro log_events(events, database=none) %}
    {% set values = [] %}
    {% for event in events %}
        {% do values.append('(' ~ [
            'cast(uuid() as ' ~ dbt.type_string() ~ ')',
            sluice.literal(invocation_id),
            'cast(' ~ sluice.literal(event.timestamp or sluice.utc_now()) ~ ' as ' ~ dbt.type_timestamp() ~ ')',
            sluice.literal(event.level),
            sluice.literal(event.event_type),
            sluice.literal(event.dataset),
            sluice.literal(event.message),
            sluice.literal(tojson(event.details)),
        ] | join(', ') ~ ')') %}
    {% endfor %}
    {% if values %}
        {% do run_query(
            'insert into ' ~ sluice.state_relation('event_log', database)
            ~ ' (id, update_id, timestamp, level, event_type, dataset, message, details)\nvalues\n'
            ~ values | join(',\n')
        ) %}
    {% endif %}
{% endmacro %}
