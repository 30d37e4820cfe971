{# PUBLIC: expectation, expectations, in_range, matches_pattern #}

{% test expectation(model, expression, column_name=none) %}

{{ sluice.default_severity(true) }}

select *{{ sluice.severity_column(true) }}
from {{ sluice.proved_rows(model, true) }}
where (
    {{ expression }}
) is not true

{% endtest %}


{% test expectations(model, rules, column_name=none) %}

{{ sluice.default_severity(true) }}

select *{{ sluice.severity_column(true) }}
from {{ sluice.proved_rows(model, true, sluice.group_conditions(rules)) }}
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
from {{ sluice.proved_rows(model) }}
where (
    {{ sluice.in_range_condition(column_name, min_value, max_value, inclusive) }}
) is not true

{% endtest %}


{% test matches_pattern(model, column_name, pattern) %}

{{ sluice.default_severity() }}

select *{{ sluice.severity_column() }}
from {{ sluice.proved_rows(model) }}
where (
    {{ sluice.matches_pattern_condition(column_name, pattern) }}
) is not true

{% endtest %}


{% macro default_severity(by_itself=false) %}
    {# Called by our generic tests while dbt parses them: a rule that warns is a test that warns. A severity in the
       declaration comes after this one, and wins. What is known only when the test runs, the rows say
       (severity_column): of what model it is, where a rule warns by itself; and on dbt v2, which does not have the meta
       of the declaration yet, all. #}
    {% set chosen = (model.config.get('meta') or {}).get('on_violation') %}
    {% if sluice.is_told_by_rows(chosen, by_itself) %}
        {{ config(error_if='!= 0 and not coalesce(bool_or(_sluice_warns), false)') }}
    {% elif chosen == 'warn' %}
        {{ config(severity='warn') }}
    {% endif %}
{% endmacro %}


{% macro severity_column(by_itself=false) -%}
    {# In a select list, where the rows say it: whether the rule only warns. -#}
    {%- if sluice.is_told_by_rows((config.get('meta') or {}).get('on_violation'), by_itself) -%}
        , {{ sluice.is_warning(by_itself)
            and (sluice.is_v2() or 'severity' not in (model.get('unrendered_config') or {})) }} as _sluice_warns
    {%- endif -%}
{%- endmacro %}


{% macro is_told_by_rows(chosen, by_itself) %}
    {# Whether the rows of a test say if it warns. #}
    {% do return(sluice.is_v2() or (by_itself and chosen is none)) %}
{% endmacro %}


{% macro is_warning(by_itself) %}
    {# Whether the test that runs is a rule with on_violation: warn; on a streaming table some are by themselves. #}
    {% set chosen = (config.get('meta') or {}).get('on_violation') %}
    {% do return(chosen == 'warn' or (
        chosen is none and by_itself and sluice.is_streaming_table(sluice.tested_node()))) %}
{% endmacro %}


{% macro tested_node() %}
    {# The model whose test runs; none while dbt parses. #}
    {% do return(graph.nodes.get(model.get('attached_node')) if execute else none) %}
{% endmacro %}


{% macro proved_rows(relation, by_itself=false, rules=none) %}
    {# The rows of the model that a test looks at: none where the update that runs has found already that they meet it,
       or its `rules`, by name. A rule that warns keeps what breaks it, and is to speak of the newest batch, not for
       ever of an old one. #}
    {% set node = sluice.tested_node() %}
    {% set table = sluice.relation_of(node) | string if sluice.is_streaming_table(node) else none %}
    {% if not table or table not in relation | string %}{% do return(relation) %}{% endif %}
    {% if sluice.is_held(node, [model.name] if rules is none else rules.keys() | list) %}
        {% do return('(select * from ' ~ relation ~ ' where false) as _sluice_none') %}
    {% elif not sluice.is_warning(by_itself) %}
        {% do return(relation) %}
    {% endif %}
    {% do return('(select * from ' ~ relation ~ ' where _sluice_batch = (select max(_sluice_batch) from ' ~ table
        ~ ')) as _sluice_newest') %}
{% endmacro %}
