{% macro on_run_start() %}
    {% if sluice.is_update() %}
        {% do sluice.create_states() %}
        {% do sluice.close_abandoned_updates() %}
        {% do sluice.log_events([{
            'level': 'INFO',
            'event_type': 'create_update',
            'dataset': none,
            'message': 'Update ' ~ invocation_id ~ ' started by dbt ' ~ flags.WHICH ~ '.',
            'details': {'create_update': {
                'command': flags.WHICH,
                'full_refresh': flags.FULL_REFRESH or false,
                'target': target.name,
                'dbt_version': dbt_version,
            }},
        }]) %}
    {% endif %}
{% endmacro %}
