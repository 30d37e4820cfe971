{% test nothing_lost(model, input) %}

{% set relation = model.incorporate(path={'identifier': model.identifier ~ '__quarantine'}) %}

with counts as (
    select
        (select count(*) from {{ input }}) as input_rows,
        (select count(*) from {{ model }}) as clean_rows,
        (select count(*) from {{ relation }}) as quarantined_rows
)

select *
from counts
where clean_rows + quarantined_rows <> input_rows

{% endtest %}
