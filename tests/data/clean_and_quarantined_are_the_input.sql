-- Clean + quarantine = input, exactly.
{% set silver = ref('customers_cdc_silver') %}
{% set quarantine = silver.incorporate(path={'identifier': silver.identifier ~ '__quarantine'}) %}

with counts as (
    select
        (select count(*) from {{ ref('customers_cdc_bronze') }}) as bronze,
        (select count(*) from {{ silver }}) as clean,
        (select count(*) from {{ quarantine }}) as quarantined
)

select *
from counts
where clean + quarantined <> bronze
