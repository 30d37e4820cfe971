{% macro event_log_views(event_log) %}
    {# What the event log says, as views: {name: query}. Their columns are public. #}
    {% do return({
        'updates': sluice.updates_view(event_log),
        'flows': sluice.flows_view(event_log),
        'data_quality': sluice.data_quality_view(event_log),
    }) %}
{% endmacro %}


{% macro updates_view(event_log) %}
    {# One row an update: when it began and ended, and how. #}
    with _sluice_events as (
        select
            update_id,
            timestamp,
            message,
            case when event_type = 'create_update' then details end as created,
            case
                when event_type = 'update_progress' then {{ sluice.json_text('details', ['update_progress', 'state']) }}
            end as state,
            case
                when event_type = 'update_progress'
                    then {{ sluice.json_text('details', ['update_progress', 'abandoned']) }}
            end is not null as abandoned
        from {{ event_log }}
    )

    select
        update_id,
        min(timestamp) as started_at,
        -- of a killed update: its last sign of life
        case when count(state) > 0 then max(case when not abandoned then timestamp end) end as finished_at,
        coalesce(max_by(state, case when state is not null then timestamp end), 'RUNNING') as status,
        coalesce(
            max(cast({{ sluice.json_text('created', ['create_update', 'full_refresh']) }} as {{ dbt.type_boolean() }})),
            false
        ) as full_refresh,
        max({{ sluice.json_text('created', ['create_update', 'command']) }}) as command,
        max_by(message, case when state is not null then timestamp end) as message,
        max(cast({{ sluice.json_text('created', ['create_update', 'number']) }} as {{ dbt.type_bigint() }})) as number
    from _sluice_events
    group by update_id
    having count(created) > 0 or count(state) > 0
{% endmacro %}


{% macro flows_view(event_log) %}
    {# One row a dataset and update: how it went, and what was counted. #}
    with _sluice_progress as (
        select
            update_id,
            dataset,
            details,
            {{ sluice.json_text('details', ['unique_id']) }} as unique_id,
            {{ sluice.json_text('details', ['flow_progress', 'status']) }} as status,
            -- what dbt says of a flow when it is done with it, as against what the flow committed before
            level <> 'METRICS' as is_last
        from {{ event_log }}
        where event_type = 'flow_progress'
    )

    select
        update_id,
        dataset,
        -- dbt --fail-fast calls a flow skipped that had just committed; a clock may be set back in between
        coalesce(
            max(case when is_last and status <> 'SKIPPED' then status end),
            max(case when not is_last then status end),
            'SKIPPED'
        ) as status,
        {% for metric in [
            'num_input_rows', 'num_output_rows', 'num_upserted_rows', 'num_deleted_rows',
            'num_dropped_rows', 'num_late_rows', 'num_duplicate_rows', 'num_conflicts',
        ] -%}
        max(
            cast({{ sluice.json_text('details', ['flow_progress', 'metrics', metric]) }} as {{ dbt.type_bigint() }})
        ) as {{ metric }},
        {% endfor -%}
        max(cast({{ sluice.json_text('details', ['flow_progress', 'seconds']) }} as double)) as seconds,
        unique_id
    from _sluice_progress
    group by update_id, dataset, unique_id
{% endmacro %}


{% macro data_quality_view(event_log) %}
    {# One row a rule and update: how many rows passed and failed. #}
    with _sluice_rules as (
        select
            update_id,
            dataset,
            {{ sluice.json_elements('details', ['flow_progress', 'data_quality', 'expectations']) }} as rule
        from {{ event_log }}
        where event_type = 'flow_progress' and level = 'METRICS'
    )

    select
        update_id,
        dataset,
        {{ sluice.json_text('rule', ['name']) }} as expectation,
        {{ sluice.json_text('rule', ['on_violation']) }} as on_violation,
        cast({{ sluice.json_text('rule', ['passed_records']) }} as {{ dbt.type_bigint() }}) as passed_records,
        cast({{ sluice.json_text('rule', ['failed_records']) }} as {{ dbt.type_bigint() }}) as failed_records
    from _sluice_rules
{% endmacro %}
