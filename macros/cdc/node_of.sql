{% macro node_of(relation) %}
    {# The model, snapshot or seed that a relation is of; `--empty` and `--defer` change how it is written. #}
    {% if relation is string or relation.identifier is not defined %}{% do return(none) %}{% endif %}
    {% for node in graph.nodes.values() if node.resource_type in ('model', 'snapshot', 'seed') %}
        {% set name = relation.include() | string %}
        {% if node.relation_name == name or (node.defer_relation or {}).get('relation_name') == name
            or (node.schema == relation.schema and (node.alias or node.name) == relation.identifier) %}
            {% do return(node) %}
        {% endif %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}
