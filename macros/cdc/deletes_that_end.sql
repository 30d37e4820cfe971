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
