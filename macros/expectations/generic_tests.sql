{# PUBLIC: expectation, expectations, in_range, matches_pattern #}

{% test expectation(model, expression, column_name=none) %}

{{ sluice.default_severity() }}

select *{{ sluice.severity_column() }}
from {{ model }}
where (
    {{ expression }}
) is not true

{% endtest %}


{% test expectations(model, rules, column_name=none) %}

{{ sluice.default_severity() }}

select *{{ sluice.severity_column() }}
from {{ model }}
where
    {%- for name, condition in sluice.group_conditions(rules).items() %}
    {{ 'or ' if not loop.first }}(
        {{ condition }}
    ) is not true
    {%- endfor %}

{% endtest %}


{% test in_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}

{{ sluice.default_severity() }}

select *{{ sluice.severity_column() }}
from {{ model }}
where (
    {{ sluice.in_range_condition(column_name, min_value, max_value, inclusive) }}
) is not true

{% endtest %}


{% test matches_pattern(model, column_name, pattern) %}

{{ sluice.default_severity() }}

select *{{ sluice.severity_column() }}
from {{ model }}
where (
    {{ sluice.matches_pattern_condition(column_name, pattern) }}
) is not true

{% endtest %}


{% macro default_severity() %}
    {# Called by our generic tests while dbt parses them: a rule that warns is a test that warns. A severity in the
       declaration comes after this one, and wins. dbt v1 has the meta of the declaration in the node by then; dbt v2
       has not, so there the rows say it (severity_column). #}
    {% if sluice.is_v2() %}
        {{ config(error_if='!= 0 and not coalesce(bool_or(_sluice_warns), false)') }}
    {% elif (model.config.get('meta') or {}).get('on_violation') == 'warn' %}
        {{ config(severity='warn') }}
    {% endif %}
{% endmacro %}


{% macro severity_column() -%}
    {# For dbt v2, in a select list: whether the rule only warns. -#}
    {%- if sluice.is_v2() -%}
        , {{ (config.get('meta') or {}).get('on_violation') == 'warn' }} as _sluice_warns
    {%- endif -%}
{%- endmacro %}
