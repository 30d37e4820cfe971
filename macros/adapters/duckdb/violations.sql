{% macro duckdb__violations(rules) %}
    list_filter([
        {%- for rule in rules %}
        case when not {{ sluice.verdict(loop.index) }} then {{ sluice.literal(rule.name) }} end
        {{- ',' if not loop.last }}
        {%- endfor %}
    ], lambda name: name is not null)
{%- endmacro %}
