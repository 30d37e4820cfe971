{% macro target_rows(options, events, deduplicated) %}
    {# The rows of the target, in its columns, that follow from the deduplicated events. #}
    {% if options.scd_type == 1 %}
        {% do return(sluice.current_rows(options, events, deduplicated)) %}
    {% endif %}
    {% set columns = sluice.quoted(options.columns) + (sluice.snapshot_columns(options) if options.snapshot else []) %}
    {% set end = 'coalesce(_sluice_end_at, ' ~ options.open_end ~ ')' if options.open_end else '_sluice_end_at' %}
    select
        {{ columns | join(',\n        ') }},
        _sluice_start_at as {{ sluice.quote(options.start_at) }},
        {{ end }} as {{ sluice.quote(options.end_at) }}
    from (
        {{ sluice.version_rows(options, events, deduplicated) }}
    ) as _sluice_versions
{% endmacro %}


{% macro deduplicated_events(options, new, kept, ties) %}
    {# The events that count: one for each (key, sequence). A delete beats an upsert; between upserts the greatest
       values win, compared column by column in the order of the columns' names, null lowest; what is not set is
       null there. #}
    {% set names = sluice.quoted(options.columns) + ['_sluice_sequence', '_sluice_operation'] %}
    {% set names = (names + (['_sluice_set'] if options.columns_to_update else [])) | join(', ') %}
    {% set history %}
        {%- if kept -%}
        (
            select {{ names }} from {{ kept }} as _sluice_known
            union all
            select {{ names }} from {{ new }} as _sluice_new
        ) as _sluice_history
        {%- else -%}
        {{ new }} as _sluice_history
        {%- endif -%}
    {% endset %}
    {% if ties %}
    select *
    from (
        select
            _sluice_history.*,
            row_number() over (
                partition by {{ sluice.identities(options.typed, options['keys']) | join(', ') }}, _sluice_sequence
                order by
                    case when _sluice_operation = 'DELETE' then 0 else 1 end asc
                    {%- for value in sluice.identities(options.typed, options.attributes | sort) %},
                    {{ value }} desc nulls last
                    {%- endfor %}
                    {%- if options.columns_to_update %},
                    {{ sluice.sets_expression(options) }} desc nulls last
                    {%- endif %}
            ) as _sluice_rank
        from {{ history }}
        where _sluice_operation <> 'TRUNCATE'
    ) as _sluice_ranked
    where _sluice_rank = 1
    {% else %}
    select *
    from {{ history }}
    {%- if options.truncates %}
    where _sluice_operation <> 'TRUNCATE'
    {%- endif %}
    {% endif %}
{% endmacro %}


{% macro current_rows(options, events, deduplicated) %}
    {# SCD type 1: each key's last event, where that is an upsert and no truncate is as new. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% set fills = options.columns_to_update is not none or options.ignore_null_columns | length > 0 %}
    with _sluice_effective as (
        {{ sluice.effective_events(options, events, deduplicated) if fills else deduplicated }}
    ),

    _sluice_newest as (
        select {{ keys }}, max(_sluice_sequence) as _sluice_sequence
        from _sluice_effective
        group by {{ sluice.identities(options.typed, options['keys']) | join(', ') }}
    )

    select {{ sluice.quoted(options.columns, '_sluice_effective') | join(', ') }}
    from _sluice_effective
    inner join _sluice_newest
        on {{ sluice.same_rows_condition(options.typed, options['keys'], '_sluice_effective', '_sluice_newest') }}
        and _sluice_effective._sluice_sequence = _sluice_newest._sluice_sequence
    where _sluice_effective._sluice_operation = 'UPSERT'
    {%- if options.truncates %}
        and not exists (
            select 1
            from {{ events }} as _sluice_truncates
            where _sluice_truncates._sluice_operation = 'TRUNCATE'
                and _sluice_truncates._sluice_sequence >= _sluice_effective._sluice_sequence
        )
    {%- endif %}
{% endmacro %}


{% macro version_rows(options, events, deduplicated) %}
    {# SCD type 2: each key's events in sequence order, one row for each run of equal tracked values.
       Two window passes: the first sees neighbours, the second where the run of an event began. #}
    {% set per_key = 'partition by ' ~ sluice.identities(options.typed, options['keys']) | join(', ')
        ~ ' order by _sluice_sequence asc' %}
    {% set compared = ['_sluice_operation', '_sluice_truncated_at']
        + sluice.identities(options.typed, options.tracked) %}
    {% set shows_deletes = options.hard_deletes == 'new_record' %}
    with _sluice_effective as (
        {{ sluice.deletes_that_end(options, sluice.effective_events(options, events, deduplicated)) }}
    ),

    _sluice_neighbours as (
        select
            {%- for name in sluice.quoted(options.columns) %}
            {%- if shows_deletes and options.columns[loop.index0] not in options['keys'] %}
            case
                when _sluice_operation = 'DELETE' then lag({{ name }}) over ({{ per_key }})
                else {{ name }}
            end as {{ name }},
            {%- else %}
            {{ name }},
            {%- endif %}
            {%- endfor %}
            _sluice_operation,
            _sluice_sequence,
            _sluice_truncated_at,
            lead(_sluice_sequence) over ({{ per_key }}) as _sluice_next_sequence,
            {{ sluice.same_as_previous_condition(compared, per_key) }} as _sluice_continues
        from _sluice_effective
    ),

    -- the sequence only grows, so the greatest start up to a row is the start of its run
    _sluice_runs as (
        select
            *,
            max(case when not _sluice_continues then _sluice_sequence end)
                over ({{ per_key }} rows between unbounded preceding and current row) as _sluice_start_at,
            coalesce(lead(_sluice_continues) over ({{ per_key }}), false) as _sluice_continued
        from _sluice_neighbours
    )

    select
        {{ sluice.quoted(options.columns) | join(', ') }},
        _sluice_operation,
        _sluice_sequence as _sluice_updated_at,
        _sluice_start_at,
        {% if options.truncates -%}
        case
            when _sluice_truncated_at is not null
                and (_sluice_next_sequence is null or _sluice_truncated_at < _sluice_next_sequence)
                then _sluice_truncated_at
            else _sluice_next_sequence
        end as _sluice_end_at
        {%- else -%}
        _sluice_next_sequence as _sluice_end_at
        {%- endif %}
    from _sluice_runs
    where not _sluice_continued
    {%- if not shows_deletes %} and _sluice_operation = 'UPSERT'{% endif %}
{% endmacro %}


{% macro effective_events(options, events, deduplicated) %}
    {# The deduplicated events with what truncates, and ignore_null_updates or columns_to_update, make of them. #}
    {% set keys = sluice.identities(options.typed, options['keys']) | join(', ') %}
    {% set filled = options.attributes if options.columns_to_update else options.ignore_null_columns %}
    {% set life = 'partition by ' ~ keys ~ ', _sluice_life, _sluice_truncated_at '
        ~ 'order by _sluice_sequence asc rows between unbounded preceding and current row' %}
    with _sluice_marked as (
        {%- if options.truncates %}
        -- an event as old as a truncate goes with it
        {%- set type = sluice.find_column(options.typed, '_sluice_sequence').dtype %}
        select * from ({{ sluice.truncated_events(deduplicated, events, type) }}) as _sluice_truncated
        where _sluice_truncated_at is distinct from _sluice_sequence
        {%- else %}
        select _sluice_deduplicated.*, cast(null as {{ dbt.type_boolean() }}) as _sluice_truncated_at
        from ({{ deduplicated }}) as _sluice_deduplicated
        {%- endif %}
    )
    {%- if filled %},

    _sluice_numbered as (
        select
            *,
            sum(case when _sluice_operation = 'DELETE' then 1 else 0 end)
                over (partition by {{ keys }} order by _sluice_sequence asc) as _sluice_life
        from _sluice_marked
    )

    -- what an event leaves out keeps what the same life had before it; nothing survives a delete or a truncate
    select
        {{ sluice.quoted(options.columns | reject('in', filled) | list) | join(', ') }},
        {%- for name in filled %}
        {% if options.columns_to_update -%}
        {{ sluice.last_set_expression(name, life) }}
        {%- else -%}
        {{ sluice.last_value_expression(sluice.quote(name)) }} over ({{ life }})
        {%- endif %} as {{ sluice.quote(name) }},
        {%- endfor %}
        _sluice_sequence,
        _sluice_operation,
        _sluice_truncated_at
    from _sluice_numbered
    {%- else %}

    select * from _sluice_marked
    {%- endif %}
{% endmacro %}


{% macro truncated_events(deduplicated, events, type) %}
    {# A query of the events, each with _sluice_truncated_at: the first truncate that is not older than it, or null. #}
    {% do return(adapter.dispatch('truncated_events', 'sluice')(deduplicated, events, type)) %}
{% endmacro %}


{% macro last_value_expression(expression) %}
    {# A window function without its window: the last value up to a row that is not null. #}
    {% do return(adapter.dispatch('last_value_expression', 'sluice')(expression)) %}
{% endmacro %}


{% macro deletes_that_end(options, effective) %}
    {# For hard_deletes: new_record. A delete becomes a row only where it ends a version, and shows its values. #}
    {% if options.hard_deletes != 'new_record' %}{% do return(effective) %}{% endif %}
    {% set keys = sluice.identities(options.typed, options['keys']) | join(', ') %}
    {% set window = 'over (partition by ' ~ keys ~ ' order by _sluice_sequence asc)' %}
    select *
    from (
        select
            *,
            _sluice_operation = 'UPSERT' or coalesce(
                lag(_sluice_operation) {{ window }} = 'UPSERT'
                and lag(_sluice_truncated_at) {{ window }} is not distinct from _sluice_truncated_at,
                false
            ) as _sluice_counts
        from ({{ effective }}) as _sluice_effective
    ) as _sluice_counted
    where _sluice_counts
{% endmacro %}


{% macro same_as_previous_condition(expressions, window) %}
    {# True where a row has the same values as the row before it in the window; false for the first. #}
    {% do return(adapter.dispatch('same_as_previous_condition', 'sluice')(expressions, window)) %}
{% endmacro %}


{% macro snapshot_columns(options) %}
    {# What dbt snapshots have beside the interval: an id of the version, its last event, the delete mark. #}
    {% set names = options.snapshot %}
    {% set id = snapshot_hash_arguments(sluice.quoted(options['keys']) + ['_sluice_start_at']) %}
    {% set columns = [
        id ~ ' as ' ~ sluice.quote(names.dbt_scd_id),
        '_sluice_updated_at as ' ~ sluice.quote(names.dbt_updated_at),
    ] %}
    {% if options.hard_deletes == 'new_record' %}
        {% do columns.append(
            "case when _sluice_operation = 'DELETE' then 'True' else 'False' end as "
            ~ sluice.quote(names.dbt_is_deleted)
        ) %}
    {% endif %}
    {% do return(columns) %}
{% endmacro %}
