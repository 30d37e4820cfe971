{% test versions_do_not_overlap(model, keys, start_at='valid_from', end_at='valid_to') %}

with neighbours as (
    select
        {{ keys | join(', ') }},
        {{ start_at }} as start_at,
        {{ end_at }} as end_at,
        lead({{ start_at }}) over (partition by {{ keys | join(', ') }} order by {{ start_at }}) as next_start_at
    from {{ model }}
)

select *
from neighbours
where end_at <= start_at
    or next_start_at < end_at
    or (end_at is null and next_start_at is not null)

{% endtest %}
