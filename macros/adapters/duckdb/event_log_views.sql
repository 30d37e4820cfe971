{% macro duckdb__event_log_views(database) %}
    {% set event_log = sluice.state_relation('event_log', database) %}
    create or replace view {{ sluice.state_relation('updates', database) }} as
    select
        update_id,
        min(timestamp) as started_at,
        max(timestamp) filter (where details ->> '$.update_progress.state' in ('COMPLETED', 'FAILED'))
            as finished_at,
        coalesce(
            arg_max(details ->> '$.update_progress.state', timestamp)
                filter (where event_type = 'update_progress'),
            'RUNNING'
        ) as status,
        coalesce(bool_or((details ->> '$.create_update.full_refresh')::boolean), false)
            as full_refresh
    from {{ event_log }}
    where event_type in ('create_update', 'update_progress')
    group by update_id;

    create or replace view {{ sluice.state_relation('flows', database) }} as
    with progress as (
        select
            update_id,
            dataset,
            timestamp,
            details -> '$.flow_progress' as flow
        from {{ event_log }}
        where event_type = 'flow_progress'
    )

    select
        update_id,
        dataset,
        arg_max(flow ->> '$.status', timestamp) as status,
        {% for metric in [
            'num_input_rows', 'num_output_rows', 'num_upserted_rows', 'num_deleted_rows',
            'num_dropped_rows', 'num_late_rows', 'num_duplicate_rows', 'num_conflicts',
        ] -%}
        max((flow ->> '$.metrics.{{ metric }}')::bigint) as {{ metric }},
        {% endfor -%}
        max((flow ->> '$.seconds')::double) as seconds
    from progress
    group by update_id, dataset;

    create or replace view {{ sluice.state_relation('data_quality', database) }} as
    with rules as (
        select
            update_id,
            dataset,
            unnest((details -> '$.flow_progress.data_quality.expectations')::json[]) as rule
        from {{ event_log }}
        where event_type = 'flow_progress' and level = 'METRICS'
    )

    select
        update_id,
        dataset,
        rule ->> '$.name' as expectation,
        rule ->> '$.on_violation' as on_violation,
        (rule ->> '$.passed_records')::bigint as passed_records,
        (rule ->> '$.failed_records')::bigint as failed_records
    from rules;
{% endmacro %}
