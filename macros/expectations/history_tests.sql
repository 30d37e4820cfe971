{# PUBLIC: nothing_lost, versions_do_not_overlap, current_versions_equal #}

{% test nothing_lost(model, input) %}

{% set relation = model.incorporate(path={'identifier': model.identifier ~ '__quarantine'}) %}

with _sluice_counts as (
    select
        (select count(*) from {{ input }}) as input_rows,
        (select count(*) from {{ model }}) as clean_rows,
        (select count(*) from {{ relation }}) as quarantined_rows
)

select *
from _sluice_counts
where clean_rows + quarantined_rows <> input_rows

{% endtest %}


{% test versions_do_not_overlap(model, keys, start_at='valid_from', end_at='valid_to') %}

with _sluice_neighbours as (
    select
        {{ keys | join(', ') }},
        {{ start_at }} as start_at,
        {{ end_at }} as end_at,
        lead({{ start_at }}) over (partition by {{ keys | join(', ') }} order by {{ start_at }}) as next_start_at
    from {{ model }}
)

select *
from _sluice_neighbours
where end_at <= start_at
    or next_start_at < end_at
    or (end_at is null and next_start_at is not null)

{% endtest %}


{% test current_versions_equal(model, current, columns, end_at='valid_to') %}

{% set names = columns | join(', ') %}

with _sluice_open_versions as (
    select {{ names }} from {{ model }} where {{ end_at }} is null
),

_sluice_current_rows as (
    select {{ names }} from {{ current }}
),

_sluice_missing as (
    select * from _sluice_current_rows
    except
    select * from _sluice_open_versions
),

_sluice_surplus as (
    select * from _sluice_open_versions
    except
    select * from _sluice_current_rows
)

select * from _sluice_missing
union all
select * from _sluice_surplus

{% endtest %}
