{% macro check_conditions(sql, rules, node=none) %}
    {# A condition that the engine cannot read is reported by rule, before anything is written. #}
    {% if rules %}
        {% do sluice.raise_errors(
            'Expectation errors', adapter.dispatch('condition_errors', 'sluice')(sql, rules), node) %}
    {% endif %}
{% endmacro %}
