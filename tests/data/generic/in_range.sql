{% test in_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}

{{ sluice.warn_if_told() }}

select *
from {{ model }}
where (
    {{ sluice.in_range_condition(column_name, min_value, max_value, inclusive) }}
) is not true

{% endtest %}
