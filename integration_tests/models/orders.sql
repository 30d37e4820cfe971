select *
from {{ sluice.stream(ref('orders_silver')) }}
