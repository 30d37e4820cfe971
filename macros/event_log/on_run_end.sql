{% macro on_run_end(results) %}
    {% if sluice.is_update() %}
        {% set statuses = {'success': 'COMPLETED', 'error': 'FAILED', 'skipped': 'SKIPPED'} %}
        {% set events = [] %}
        {% set failed = [] %}
        {% for result in results %}
            {% set status = result.status | string %}
            {% if status in ('error', 'fail', 'runtime error') %}{% do failed.append(result.node.name) %}{% endif %}
            {% if result.node.resource_type in ('model', 'snapshot', 'seed') %}
                {% do events.append({
                    'level': 'ERROR' if status == 'error' else 'INFO',
                    'event_type': 'flow_progress',
                    'dataset': result.node.name,
                    'message': result.node.name ~ ' ' ~ statuses.get(status, status | upper)
                        ~ (': ' ~ result.message if status == 'error' else ''),
                    'details': {
                        'unique_id': result.node.unique_id,
                        'relation': result.node.relation_name,
                        'flow_progress': {
                            'status': statuses.get(status, status | upper),
                            'seconds': result.execution_time,
                        },
                    },
                }) %}
            {% endif %}
        {% endfor %}
        {% do events.append({
            'level': 'ERROR' if failed else 'INFO',
            'event_type': 'update_progress',
            'dataset': none,
            'message': 'Update ' ~ invocation_id ~ (' FAILED: ' ~ failed | join(', ') if failed else ' COMPLETED'),
            'details': {'update_progress': {
                'state': 'FAILED' if failed else 'COMPLETED',
                'failed': failed,
            }},
        }) %}
        {% do sluice.gather_events(results) %}
        {% do sluice.log_events(events) %}
    {% endif %}
{% endmacro %}
