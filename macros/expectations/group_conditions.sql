{% macro group_conditions(rules) %}
    {# A group of rules, checked: a name and an SQL condition each. While dbt parses, a macro has no answer yet. #}
    {% if rules is undefined and not execute %}{% do return({}) %}{% endif %}
    {% if rules is not mapping or not rules %}
        {% do exceptions.raise_compiler_error(
            'sluice.expectations: rules must be a mapping of names to SQL conditions, found: ' ~ rules) %}
    {% endif %}
    {% set conditions = {} %}
    {% for name, condition in rules.items() %}
        {% if condition is not string or not condition | trim %}
            {% do exceptions.raise_compiler_error(
                'sluice.expectations: rule ' ~ name ~ ' must be an SQL condition, found: ' ~ condition) %}
        {% endif %}
        {% do conditions.update({name | string: condition}) %}
    {% endfor %}
    {% do return(conditions) %}
{% endmacro %}
