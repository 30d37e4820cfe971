{% macro tests_of(node) %}
    {# Generic tests of the node, and singular ones that read it, in an order that stays. #}
    {% set tests = [] %}
    {% for test in graph.nodes.values() | selectattr('resource_type', 'equalto', 'test') | sort(attribute='unique_id') %}
        {% if test.test_metadata %}
            {% if test.attached_node == node.unique_id %}{% do tests.append(test) %}{% endif %}
        {% elif node.unique_id in test.depends_on.nodes %}
            {% do tests.append(test) %}
        {% endif %}
    {% endfor %}
    {% do return(tests) %}
{% endmacro %}
