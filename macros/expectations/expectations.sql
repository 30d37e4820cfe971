{% macro expectations(node=none) %}
    {# The model's dbt tests that are expectations, rule by rule: name, on_violation and an SQL condition each. #}
    {% set node = node or model %}
    {% set rules = [] %}
    {% set errors = [] %}
    {% for test in sluice.tests_of(node) %}
        {% set on_violation = sluice.on_violation(test, node) %}
        {% if test.config.get('on_violation') is not none %}
            {% do errors.append(test.name ~ ': on_violation (' ~ test.config.get('on_violation')
                ~ ') belongs under config: meta:, found directly under config:, where it has no effect') %}
        {% endif %}
        {% if on_violation is not none %}
            {% set found = sluice.expectation_errors(test, on_violation, node) %}
            {% do errors.extend(found) %}
            {% if not found and on_violation == 'warn' %}{% do sluice.warn_of_severity(test, node) %}{% endif %}
            {% for name, condition in ({} if found else sluice.row_conditions(test)).items() %}
                {% if name in rules | map(attribute='name') %}
                    {% do errors.append(name ~ ': two expectations of this model have this name, expected a name for each') %}
                {% endif %}
                {% do rules.append({'name': name, 'on_violation': on_violation, 'condition': condition}) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('Expectation errors', errors, node) %}
    {% do return(rules) %}
{% endmacro %}
