{% macro streaming_table_node(dataset, operation) %}
    {% set known = [] %}
    {% for node in graph.nodes.values() if node.config.materialized == 'streaming_table' %}
        {% if node.name == dataset %}{% do return(node) %}{% endif %}
        {% do known.append(node.name) %}
    {% endfor %}
    {% do exceptions.raise_compiler_error('sluice.' ~ operation ~ ': dataset must name a streaming_table (known: '
        ~ known | sort | join(', ') ~ '), found: ' ~ dataset) %}
{% endmacro %}
