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
