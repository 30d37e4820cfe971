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
