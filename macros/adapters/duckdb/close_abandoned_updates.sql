{% macro duckdb__close_abandoned_updates() %}
    {# DuckDB lets one process write: an update without an end, seen from here, was killed. #}
    {% do run_query("
        insert into " ~ sluice.state_relation('event_log') ~ "
            (id, update_id, timestamp, level, event_type, message, details)
        select
            uuid()::varchar,
            update_id,
            cast(" ~ sluice.literal(sluice.utc_now()) ~ " as timestamp),
            'ERROR',
            'update_progress',
            'Update ' || update_id || ' FAILED: it ended without a word. Its process was killed, or a hook raised an error.',
            json_object('update_progress', json_object('state', 'FAILED', 'abandoned', true))
        from " ~ sluice.state_relation('updates') ~ "
        where status = 'RUNNING'"
    ) %}
{% endmacro %}
