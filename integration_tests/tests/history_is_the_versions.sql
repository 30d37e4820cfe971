-- A snapshot and an SCD type 2 model of the same feed are the same.
with versions as (
    select order_id, customer, amount, status, valid_from, valid_to from {{ ref('orders_versions') }}
),

history as (
    select order_id, customer, amount, status, valid_from, valid_to from {{ ref('orders_history') }}
)

(select * from versions except select * from history)
union all
(select * from history except select * from versions)
