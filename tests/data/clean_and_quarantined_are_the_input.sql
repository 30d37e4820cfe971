-- Clean + quarantine = input, exactly.
with counts as (
    select
        (select count(*) from {{ ref('customers_cdc_bronze') }}) as bronze,
        (select count(*) from {{ ref('customers_cdc_silver') }}) as clean,
        (
            select count(*)
            from {{ ref('customers_cdc_silver').incorporate(path={'identifier': 'customers_cdc_silver__quarantine'}) }}
        ) as quarantined
)

select *
from counts
where clean + quarantined <> bronze
