-- Intervals are half-open and disjoint: a version ends before or where the next one begins.
with neighbours as (
    select
        id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by id order by valid_from) as next_valid_from
    from {{ ref('customers_history') }}
)

select *
from neighbours
where
    valid_to <= valid_from
    or next_valid_from < coalesce(valid_to, timestamp 'infinity')
