{% snapshot customers_history %}

    select *
    from {{ sluice.stream(ref('customers_cdc_silver')) }}

{% endsnapshot %}
