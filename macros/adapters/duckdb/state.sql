{% macro duckdb__create_state(database) %}
    {% set event_log = sluice.state_relation('event_log', database) %}
    create schema if not exists {{ event_log.without_identifier() }};
    create table if not exists {{ event_log }} (
        id varchar not null,
        update_id varchar not null,
        timestamp timestamp not null,
        level varchar not null,
        event_type varchar not null,
        dataset varchar,
        message varchar,
        details json
    );
    -- Append-only: the position of a consumer is its greatest (epoch, batch), so two nodes never
    -- update the same row. A streaming table's own head is the row where source = dataset.
    create table if not exists {{ sluice.state_relation('checkpoints', database) }} (
        dataset varchar not null,
        source varchar not null,
        epoch bigint not null,
        batch bigint not null,
        update_id varchar not null,
        committed_at timestamp not null
    );
    create table if not exists {{ sluice.state_relation('files', database) }} (
        dataset varchar not null,
        path varchar not null,
        size bigint,
        modified_at timestamp,
        batch bigint,
        rows bigint,
        status varchar not null,
        error varchar,
        source varchar not null,
        relation varchar not null,
        update_id varchar not null,
        recorded_at timestamp not null,
        cleaned_at timestamp,
        moved_to varchar
    );
    -- Append-only: the newest row of a dataset holds the options that its state was made with.
    create table if not exists {{ sluice.state_relation('targets', database) }} (
        dataset varchar not null,
        version bigint not null,
        options json not null,
        update_id varchar not null,
        committed_at timestamp not null
    );
    {{ sluice.event_log_views(database) }}
{% endmacro %}


{% macro duckdb__event_log_views(database) %}
    {% set event_log = sluice.state_relation('event_log', database) %}
    create or replace view {{ sluice.state_relation('updates', database) }} as
    with events as (
        select
            update_id,
            timestamp,
            message,
            case when event_type = 'create_update' then details -> '$.create_update' end as created,
            case when event_type = 'update_progress' then details ->> '$.update_progress.state' end as state,
            case when event_type = 'update_progress' then details ->> '$.update_progress.abandoned' end
                is not null as abandoned
        from {{ event_log }}
    )

    select
        update_id,
        min(timestamp) as started_at,
        -- of a killed update: its last sign of life
        case when count(state) > 0 then max(timestamp) filter (where not abandoned) end as finished_at,
        coalesce(arg_max(state, timestamp), 'RUNNING') as status,
        coalesce(bool_or((created ->> '$.full_refresh')::boolean), false) as full_refresh,
        max(created ->> '$.command') as command,
        arg_max(message, timestamp) filter (where state is not null) as message
    from events
    group by update_id
    having count(created) > 0 or count(state) > 0;

    create or replace view {{ sluice.state_relation('flows', database) }} as
    with progress as (
        select
            update_id,
            dataset,
            details ->> '$.unique_id' as unique_id,
            timestamp,
            details -> '$.flow_progress' as flow,
            details ->> '$.flow_progress.status' as status
        from {{ event_log }}
        where event_type = 'flow_progress'
    )

    select
        update_id,
        dataset,
        -- dbt --fail-fast calls a flow skipped that had just committed
        coalesce(arg_max(status, timestamp) filter (where status <> 'SKIPPED'), 'SKIPPED') as status,
        {% for metric in [
            'num_input_rows', 'num_output_rows', 'num_upserted_rows', 'num_deleted_rows',
            'num_dropped_rows', 'num_late_rows', 'num_duplicate_rows', 'num_conflicts',
        ] -%}
        max((flow ->> '$.metrics.{{ metric }}')::bigint) as {{ metric }},
        {% endfor -%}
        max((flow ->> '$.seconds')::double) as seconds,
        unique_id
    from progress
    group by update_id, dataset, unique_id;

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


{% macro duckdb__begin_transaction() %}
    {% do adapter.ensure_transaction() %}
{% endmacro %}
