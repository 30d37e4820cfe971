{% snapshot orders_history %}

select *
from {{ sluice.stream(ref('orders_silver')) }}

{% endsnapshot %}
