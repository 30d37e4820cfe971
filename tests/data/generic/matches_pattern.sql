{% test matches_pattern(model, column_name, pattern) %}

{{ sluice.warn_if_told() }}

select *
from {{ model }}
where (
    {{ sluice.matches_pattern_condition(column_name, pattern) }}
) is not true

{% endtest %}
