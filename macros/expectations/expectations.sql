{% macro expectations() %}
    {# The model's dbt tests that are expectations: name, on_violation and an SQL condition each. #}
    {% set rules = [] %}
    {% set errors = [] %}
    {% for node in graph.nodes.values() | sort(attribute='unique_id')
        if node.resource_type == 'test' and node.attached_node == model.unique_id and node.test_metadata %}
        {% set kind = (node.test_metadata.namespace ~ '.' if node.test_metadata.namespace else '') ~ node.test_metadata.name %}
        {% set on_violation = (node.config.meta or {}).get('on_violation') %}
        {% if on_violation is none and kind in ('sluice.expectation', 'expectation') %}
            {% set on_violation = 'warn' %}
        {% endif %}
        {% if on_violation is not none %}
            {% set condition = sluice.expectation_condition(node) %}
            {% if on_violation not in ('warn', 'drop', 'fail') %}
                {% do errors.append(node.name ~ ': on_violation must be one of [warn, drop, fail], found: ' ~ on_violation) %}
            {% elif condition is none %}
                {% do errors.append(
                    node.name ~ ': on_violation needs a test that looks at one row at a time '
                    ~ '(sluice.expectation, not_null, accepted_values), found: ' ~ kind
                ) %}
            {% else %}
                {% do rules.append({'name': node.name, 'on_violation': on_violation, 'condition': condition}) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('Expectation errors', errors) %}
    {% do return(rules) %}
{% endmacro %}
