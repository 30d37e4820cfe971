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
