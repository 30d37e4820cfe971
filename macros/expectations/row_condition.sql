{% macro row_condition(kind, arguments) %}
    {# What a row must meet, for each kind of test. Our own generic tests ask the same macros. #}
    {% set column = arguments.get('column_name') %}
    {% if kind == 'sluice.expectation' %}
        {% do return(arguments.expression) %}
    {% elif kind == 'sluice.in_range' %}
        {% do return(sluice.in_range_condition(
            column, arguments.get('min_value'), arguments.get('max_value'), arguments.get('inclusive', true))) %}
    {% elif kind == 'sluice.matches_pattern' %}
        {% do return(sluice.matches_pattern_condition(column, arguments.pattern)) %}
    {% elif kind == 'accepted_values' %}
        {% do return(sluice.accepted_values_condition(column, arguments['values'], arguments.get('quote', true))) %}
    {% elif kind == 'relationships' %}
        {% do return(sluice.relationships_condition(column, arguments.to, arguments.field)) %}
    {% endif %}
    {% do return(column ~ ' is not null') %}
{% endmacro %}
