def model(dbt, session):
    """The last order of each customer: a change feed made in Python."""
    orders = dbt.ref("orders_silver")
    return orders.filter("op <> 'D'").project("customer, order_id, amount, changed_at")
