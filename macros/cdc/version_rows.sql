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
