{% test expectation(model, expression, column_name=none) %}

{{ sluice.warn_if_told() }}

select *
from {{ model }}
where (
    {{ expression }}
) is not true

{% endtest %}
