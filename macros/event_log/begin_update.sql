{% macro begin_update(moment) %}
    {# Each commit is for hooks after this one: one that fails would take the log back. And a transaction of DuckDB
       writes to one database only. #}
    {% for database in sluice.state_databases() | reverse %}
        {% do sluice.create_state(database) %}
        {% do adapter.commit() %}
    {% endfor %}
    {% do sluice.close_abandoned_updates() %}
    {% set created = sluice.create_update_event(flags.WHICH, 'dbt ' ~ flags.WHICH, flags.FULL_REFRESH or false, moment) %}
    {% do sluice.log_events([created] + sluice.flow_definitions()) %}
    {% do adapter.commit() %}
{% endmacro %}
