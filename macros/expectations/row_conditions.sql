{% macro row_conditions(test) %}
    {# Rule to SQL condition: one of the test's own name, or all of a group. Rows outside the test's where pass. #}
    {% set kind = sluice.kind_of_test(test) %}
    {% set arguments = sluice.arguments_of_test(test) %}
    {% if kind == 'sluice.expectations' %}
        {% set conditions = sluice.group_conditions(arguments.rules) %}
    {% else %}
        {% set conditions = {test.name: sluice.row_condition(kind, arguments)} %}
    {% endif %}
    {% if test.config.where %}
        {% for name, condition in conditions.items() | list %}
            {% do conditions.update({name: '(' ~ test.config.where ~ '\n) is not true or (' ~ condition ~ '\n)'}) %}
        {% endfor %}
    {% endif %}
    {% do return(conditions) %}
{% endmacro %}
