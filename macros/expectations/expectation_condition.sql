{% macro expectation_condition(test) %}
    {# The SQL condition that a row must meet, or none for a test that is not row-level. #}
    {% set metadata = test.test_metadata %}
    {% set kwargs = metadata.kwargs %}
    {% set column = test.column_name or kwargs.get('column_name') %}
    {% if metadata.name == 'not_null' and not metadata.namespace %}
        {% set condition = column ~ ' is not null' %}
    {% elif metadata.name == 'accepted_values' and not metadata.namespace %}
        {% set values = [] %}
        {% for value in kwargs['values'] %}
            {# As dbt's own test writes them: between quotes, and otherwise as they are. #}
            {% do values.append("'" ~ value ~ "'" if kwargs.get('quote', true) else value) %}
        {% endfor %}
        {% set condition = column ~ ' in (' ~ values | join(', ') ~ ')' %}
    {% elif metadata.name == 'expectation' and metadata.namespace in (none, 'sluice') %}
        {% set condition = kwargs['expression'] %}
    {% else %}
        {% do return(none) %}
    {% endif %}
    {% if test.config.where %}
        {% set condition = '(' ~ test.config.where ~ ') is not true or (' ~ condition ~ ')' %}
    {% endif %}
    {% do return(condition) %}
{% endmacro %}
