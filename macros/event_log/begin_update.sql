{% macro begin_update(moment) %}
    {# Each commit is for hooks after this one: one that fails would take the log back. And a transaction of DuckDB
       writes to one database only. #}
    {% for database in sluice.state_databases() | reverse %}
        {% do sluice.create_state(database) %}
        {% do adapter.commit() %}
    {% endfor %}
    {% do sluice.close_abandoned_updates() %}
    {% do sluice.log_events([{
        'timestamp': moment,
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
    }] + sluice.flow_definitions()) %}
    {% do adapter.commit() %}
{% endmacro %}
