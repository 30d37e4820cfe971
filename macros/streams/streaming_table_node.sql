{% macro streaming_table_node(dataset, operation) %}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if node.config.materialized == 'streaming_table' %}
        {% do nodes.append(node) %}
    {% endfor %}
    {% set named = sluice.named_node(dataset, nodes, 'a streaming_table') %}
    {% if named.error %}{% do exceptions.raise_compiler_error('sluice.' ~ operation ~ ': ' ~ named.error) %}{% endif %}
    {% do return(named.node) %}
{% endmacro %}
