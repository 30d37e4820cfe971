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
