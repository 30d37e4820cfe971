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
