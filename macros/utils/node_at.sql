{% macro node_at(relation) %}
    {# Ephemeral models have a name in the graph, but nothing in the database. #}
    {% for node in graph.nodes.values()
        if node.resource_type in ('model', 'seed', 'snapshot') and node.config.materialized != 'ephemeral' %}
        {% set place = [node.database, node.schema, node.alias or node.name] %}
        {% if place | join('.') | lower == [relation.database, relation.schema, relation.identifier] | join('.') | lower %}
            {% do return(node) %}
        {% endif %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}
