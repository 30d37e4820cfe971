{% macro row_level_tests() %}
    {% do return([
        'sluice.expectation', 'sluice.expectations', 'sluice.in_range', 'sluice.matches_pattern',
        'not_null', 'accepted_values', 'relationships',
    ]) %}
{% endmacro %}
