{% macro check_conditions(sql, rules, node=none) %}
    {# A condition that the engine cannot read is reported by rule, before anything is written. #}
    {% set errors = adapter.dispatch('condition_errors', 'sluice')(sql, rules) if rules else [] %}
    {% if errors %}
        {% do errors.append('expected of each: an SQL condition that is true or false of one row by itself, '
            ~ 'without aggregates, window functions and unnest() (but for those in a subquery)') %}
    {% endif %}
    {% do sluice.raise_errors('Expectation errors', errors, node) %}
{% endmacro %}
