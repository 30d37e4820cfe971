{% macro target_rows(options, events, deciding) %}
    {# The rows of the target, in its columns, that follow from the deciding events. #}
    {% if options.scd_type == 1 %}
        {% do return(sluice.current_rows(options, events, deciding)) %}
    {% endif %}
    {% set columns = sluice.quoted(options.columns) + (sluice.snapshot_columns(options) if options.snapshot else []) %}
    select
        {{ columns | join(',\n        ') }},
        _sluice_start_at as {{ sluice.quote(options.start_at) }},
        {{ 'coalesce(_sluice_end_at, ' ~ options.open_end ~ ')' if options.open_end else '_sluice_end_at' }} as {{ sluice.quote(options.end_at) }}
    from (
        {{ sluice.version_rows(options, events, deciding) }}
    ) as versions
{% endmacro %}


{% macro deciding_events(options, fresh, known, ties) %}
    {# The events that count: one for each (key, sequence). A delete beats an upsert; between upserts the greatest
       values win, compared column by column in the order of the columns' names, null lowest. #}
    {% set names = (sluice.quoted(options.columns) + ['_sluice_sequence', '_sluice_operation']) | join(', ') %}
    {% set history %}
        {%- if known -%}
        (
            select {{ names }} from {{ known }}
            union all
            select {{ names }} from {{ fresh }}
        ) as history
        {%- else -%}
        {{ fresh }} as history
        {%- endif -%}
    {% endset %}
    {% if ties %}
    select *
    from (
        select
            history.*,
            row_number() over (
                partition by {{ sluice.quoted(options['keys']) | join(', ') }}, _sluice_sequence
                order by case when _sluice_operation = 'DELETE' then 0 else 1 end
                {%- for name in options.attributes | sort %}, {{ sluice.quote(name) }} desc nulls last{% endfor %}
            ) as _sluice_rank
        from {{ history }}
        where _sluice_operation <> 'TRUNCATE'
    ) as ranked
    where _sluice_rank = 1
    {% else %}
    select *
    from {{ history }}
    {%- if options.truncates %}
    where _sluice_operation <> 'TRUNCATE'
    {%- endif %}
    {% endif %}
{% endmacro %}


{% macro lives(options, events, deciding) %}
    {# The deciding events with what truncates and ignore_null_updates make of them. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% set plain = options.columns | reject('in', options.filled) | list %}
    with marked as (
        {%- if options.truncates %}
        -- an event as old as a truncate goes with it
        select * from ({{ sluice.truncated_events(deciding, events) }}) as truncated
        where _sluice_truncated_at is distinct from _sluice_sequence
        {%- else %}
        select deciding.*, cast(null as {{ dbt.type_boolean() }}) as _sluice_truncated_at
        from ({{ deciding }}) as deciding
        {%- endif %}
    )
    {%- if options.filled %},

    numbered as (
        select
            *,
            sum(case when _sluice_operation = 'DELETE' then 1 else 0 end)
                over (partition by {{ keys }} order by _sluice_sequence) as _sluice_life
        from marked
    )

    -- a null keeps what the same life had before it; nothing survives a delete or a truncate
    select
        {{ sluice.quoted(plain) | join(', ') }},
        {%- for name in options.filled %}
        last_value({{ sluice.quote(name) }} ignore nulls) over (
            partition by {{ keys }}, _sluice_life, _sluice_truncated_at
            order by _sluice_sequence rows between unbounded preceding and current row
        ) as {{ sluice.quote(name) }},
        {%- endfor %}
        _sluice_sequence,
        _sluice_operation,
        _sluice_truncated_at
    from numbered
    {%- else %}

    select * from marked
    {%- endif %}
{% endmacro %}


{% macro truncated_events(events_sql, events) %}
    {% do return(adapter.dispatch('truncated_events', 'sluice')(events_sql, events)) %}
{% endmacro %}


{% macro current_rows(options, events, deciding) %}
    {# SCD type 1: each key's last event, where that is an upsert and no truncate is as new. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    with deciding as (
        {{ sluice.lives(options, events, deciding) if options.filled else deciding }}
    ),

    newest as (
        select {{ keys }}, max(_sluice_sequence) as _sluice_sequence
        from deciding
        group by {{ keys }}
    )

    select {{ sluice.quoted(options.columns, 'deciding') | join(', ') }}
    from deciding
    inner join newest using ({{ keys }}, _sluice_sequence)
    where deciding._sluice_operation = 'UPSERT'
    {%- if options.truncates %}
        and not exists (
            select 1
            from {{ events }} as truncates
            where truncates._sluice_operation = 'TRUNCATE'
                and truncates._sluice_sequence >= deciding._sluice_sequence
        )
    {%- endif %}
{% endmacro %}


{% macro version_rows(options, events, deciding) %}
    {# SCD type 2: each key's events in sequence order, one row for each run of equal tracked values.
       Two window passes: the first sees neighbours, the second where the run of an event began. #}
    {% set per_key = 'partition by ' ~ sluice.quoted(options['keys']) | join(', ') ~ ' order by _sluice_sequence' %}
    {% set compared = ['_sluice_operation', '_sluice_truncated_at'] + sluice.quoted(options.tracked) %}
    {% set shows_deletes = options.hard_deletes == 'new_record' %}
    with lives as (
        {{ sluice.deletes_that_end(options, sluice.lives(options, events, deciding)) }}
    ),

    neighbours as (
        select
            {%- for name in options.columns %}
            {%- if shows_deletes and name not in options['keys'] %}
            case
                when _sluice_operation = 'DELETE' then lag({{ sluice.quote(name) }}) over ({{ per_key }})
                else {{ sluice.quote(name) }}
            end as {{ sluice.quote(name) }},
            {%- else %}
            {{ sluice.quote(name) }},
            {%- endif %}
            {%- endfor %}
            _sluice_operation,
            _sluice_sequence,
            _sluice_truncated_at,
            lead(_sluice_sequence) over ({{ per_key }}) as _sluice_next_sequence,
            {{ sluice.same_as_previous(compared, per_key) }} as _sluice_continues
        from lives
    ),

    runs as (
        select
            *,
            last_value(case when not _sluice_continues then _sluice_sequence end ignore nulls)
                over ({{ per_key }} rows between unbounded preceding and current row) as _sluice_start_at,
            coalesce(lead(_sluice_continues) over ({{ per_key }}), false) as _sluice_continued
        from neighbours
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
    from runs
    where not _sluice_continued
    {%- if not shows_deletes %} and _sluice_operation = 'UPSERT'{% endif %}
{% endmacro %}


{% macro deletes_that_end(options, lives) %}
    {# For hard_deletes: new_record. A delete becomes a row only where it ends a version, and shows its values. #}
    {% if options.hard_deletes != 'new_record' %}{% do return(lives) %}{% endif %}
    {% set window = 'over (partition by ' ~ sluice.quoted(options['keys']) | join(', ') ~ ' order by _sluice_sequence)' %}
    select *
    from (
        select
            *,
            _sluice_operation = 'UPSERT' or coalesce(
                lag(_sluice_operation) {{ window }} = 'UPSERT'
                and lag(_sluice_truncated_at) {{ window }} is not distinct from _sluice_truncated_at,
                false
            ) as _sluice_counts
        from ({{ lives }}) as lives
    ) as judged
    where _sluice_counts
{% endmacro %}


{% macro same_as_previous(expressions, window) %}
    {% do return(adapter.dispatch('same_as_previous', 'sluice')(expressions, window)) %}
{% endmacro %}


{% macro snapshot_columns(options) %}
    {# What dbt snapshots have beside the interval: an id of the version, its last event, the delete mark. #}
    {% set names = options.snapshot %}
    {% set columns = [
        snapshot_hash_arguments(sluice.quoted(options['keys']) + ['_sluice_start_at']) ~ ' as ' ~ sluice.quote(names.dbt_scd_id),
        '_sluice_updated_at as ' ~ sluice.quote(names.dbt_updated_at),
    ] %}
    {% if options.hard_deletes == 'new_record' %}
        {% do columns.append(
            "case when _sluice_operation = 'DELETE' then 'True' else 'False' end as " ~ sluice.quote(names.dbt_is_deleted)
        ) %}
    {% endif %}
    {% do return(columns) %}
{% endmacro %}
