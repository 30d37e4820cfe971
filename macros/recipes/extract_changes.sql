{% macro extract_changes(options, arrived, known=none) %}
    {# The change events of the extracts in `arrived`, of which the oldest follows the newest in `known`. #}
    {% set keys = sluice.quoted(options['keys']) %}
    {% set values = sluice.quoted(options['values']) %}
    {% set version = sluice.quote(options.version) %}
    {% set all = (keys + values + [version]) | join(', ') %}
    {% set sql %}(
    -- full extracts, each compared with the one before it
    with new_rows as (
        select {{ all }} from {{ arrived }} as arrived
    ),

    all_rows as (
        select {{ all }} from new_rows
        {%- if known %}
        union all
        select {{ all }} from ({{ known }}) as known
        where {{ version }} = (select max({{ version }}) from ({{ known }}) as known)
        {%- endif %}
    ),

    versions as (
        select {{ version }}, lag({{ version }}) over (order by {{ version }}) as _sluice_previous
        from (select distinct {{ version }} from all_rows) as versions
    ),

    -- rows that are new or differ; the first extract is all new
    upserts as (
        select {{ sluice.quoted(options['keys'] + options['values'] + [options.version], 'now') | join(', ') }}
        from new_rows as now
        inner join versions on now.{{ version }} = versions.{{ version }}
        left join all_rows as before
            on before.{{ version }} = versions._sluice_previous
            {%- for key in keys %} and before.{{ key }} = now.{{ key }}{% endfor %}
        where before.{{ version }} is null
        {%- for value in values %}
            or before.{{ value }} is distinct from now.{{ value }}
        {%- endfor %}
    ),

    -- keys that an extract no longer has
    deletes as (
        select {{ sluice.quoted(options['keys'], 'before') | join(', ') }}, versions.{{ version }}
        from versions
        inner join all_rows as before on before.{{ version }} = versions._sluice_previous
        left join new_rows as now
            on now.{{ version }} = versions.{{ version }}
            {%- for key in keys %} and now.{{ key }} = before.{{ key }}{% endfor %}
        where now.{{ version }} is null
    )

    select {{ all }}, 'UPSERT' as __op from upserts
    union all
    select
        {%- for key in keys %} {{ key }},{% endfor %}
        {%- for value in values %} null as {{ value }},{% endfor %} {{ version }}, 'DELETE' as __op
    from deletes
){% endset %}
    {% do return(sql) %}
{% endmacro %}
