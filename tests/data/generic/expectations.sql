{% test expectations(model, rules, column_name=none) %}

{{ sluice.warn_if_told() }}

select *
from {{ model }}
where
    {%- for name, condition in sluice.group_conditions(rules).items() %}
    {{ 'or ' if not loop.first }}(
        {{ condition }}
    ) is not true
    {%- endfor %}

{% endtest %}
