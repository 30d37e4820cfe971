select
    order_id,
    customer,
    amount,
    status,
    op,
    changed_at
from {{ sluice.stream(ref('orders_bronze')) }}
