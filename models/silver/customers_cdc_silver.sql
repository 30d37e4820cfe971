-- depends_on: {{ ref('operations') }} (what the rule valid_operation reads is built first)
select
    {{ sluice.star(ref('customers_cdc_bronze'), except=['operation_date']) }},
    try_cast(operation_date as timestamp) as operation_date
from {{ sluice.stream(ref('customers_cdc_bronze')) }}
