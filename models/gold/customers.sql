select *
from {{ sluice.stream(ref('customers_cdc_silver')) }}
