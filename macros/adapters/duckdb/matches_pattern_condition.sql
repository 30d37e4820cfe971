{% macro duckdb__matches_pattern_condition(column_name, pattern) %}
    {% do return('regexp_matches(cast(' ~ column_name ~ ' as varchar), ' ~ sluice.literal(pattern) ~ ')') %}
{% endmacro %}
