{% macro changed_rows(options, target, columns, rows, batch, everything) %}
    {# What differs between the target and its new rows for the keys of the batch: nothing else is written. #}
    {% set names = sluice.quoted(columns) | join(', ') %}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% set identity = sluice.row_identity(options) %}
    with old_rows as (
        select {{ names }}
        from {{ target }}
        {%- if not everything %}
        inner join (select distinct {{ keys }} from {{ batch }}) as touched using ({{ keys }})
        {%- endif %}
    ),

    upserts as (
        select {{ names }} from {{ rows }}
        except
        select {{ names }} from old_rows
    )

    select *, 'upsert' as _sluice_change from upserts
    union all
    select old_rows.*, 'delete' as _sluice_change
    from old_rows
    where not exists (
        select 1
        from {{ rows }} as new_rows
        where {% for name in identity %}new_rows.{{ name }} = old_rows.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{% endmacro %}
