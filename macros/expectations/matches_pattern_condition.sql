{% macro matches_pattern_condition(column_name, pattern) %}
    {# While dbt parses, a macro has no answer yet. #}
    {% if pattern is undefined and not execute %}{% do return('true') %}{% endif %}
    {% if pattern is not string or not pattern %}
        {% do exceptions.raise_compiler_error('sluice.matches_pattern on ' ~ column_name
            ~ ': expected pattern as a regular expression, found: ' ~ pattern) %}
    {% endif %}
    {% do return(adapter.dispatch('matches_pattern_condition', 'sluice')(column_name, pattern)) %}
{% endmacro %}
