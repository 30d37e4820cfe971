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


{% macro log_flow(status, metrics, started, expectations=[], node=none, relation=none) %}
    {% set node = node or model %}
    {% set relation = relation or this %}
    {% set seconds = (modules.datetime.datetime.now() - started).total_seconds() %}
    {% set parts = [] %}
    {% for name, count in metrics.items() if count %}
        {% do parts.append(count ~ ' ' ~ name | replace('num_', '') | replace('_', ' ')) %}
    {% endfor %}
    {% do sluice.log_events([{
        'level': 'METRICS',
        'event_type': 'flow_progress',
        'dataset': node.name,
        'message': node.name ~ ' ' ~ status ~ ': ' ~ (parts | join(', ') or 'nothing new'),
        'details': {
            'unique_id': node.unique_id,
            'relation': relation | string,
            'flow_progress': {
                'status': status,
                'seconds': seconds,
                'metrics': metrics,
                'data_quality': {
                    'dropped_records': metrics.get('num_dropped_rows', 0),
                    'expectations': expectations,
                },
            },
        },
    }], relation.database) %}
{% endmacro %}


{% macro create_update_event(command, started_by, full_refresh=false, moment=none) %}
    {% do return({
        'timestamp': moment,
        'level': 'INFO',
        'event_type': 'create_update',
        'dataset': none,
        'message': 'Update ' ~ invocation_id ~ ' started by ' ~ started_by ~ '.',
        'details': {'create_update': {
            'command': command,
            'full_refresh': full_refresh,
            'target': target.name,
            'dbt_version': dbt_version,
        }},
    }) %}
{% endmacro %}
