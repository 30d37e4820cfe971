{% macro forget_events() %}
    {# Whole updates, so that the views never show half of one; an open one is kept however old it is. #}
    {% set days = sluice.event_log_retention_days() %}
    {% if days is none %}{% do return(none) %}{% endif %}
    {% set cut = modules.datetime.datetime.now(modules.pytz.utc) - modules.datetime.timedelta(days=days) %}
    {% set forgotten = 'select update_id from ' ~ sluice.state_relation('updates')
        ~ " where status <> 'RUNNING' and finished_at < cast("
        ~ sluice.literal(cut.strftime('%Y-%m-%d %H:%M:%S.%f')) ~ ' as ' ~ dbt.type_timestamp() ~ ')' %}
    {# The target's own log, which names the updates to forget, comes last. #}
    {% for database in sluice.state_databases() | reverse %}
        {% set event_log = sluice.state_relation('event_log', database) %}
        {% do run_query('delete from ' ~ event_log ~ ' where update_id in (' ~ forgotten ~ ')') %}
        {% do adapter.commit() %}
    {% endfor %}
{% endmacro %}
