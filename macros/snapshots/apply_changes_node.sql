{% macro apply_changes_node(dataset) %}
    {% set known = [] %}
    {% for node in graph.nodes.values()
        if node.config.materialized == 'apply_changes'
        or (node.resource_type == 'snapshot' and node.config.strategy in ('apply_changes', 'sluice.apply_changes')) %}
        {% if node.name == dataset %}{% do return(node) %}{% endif %}
        {% do known.append(node.name) %}
    {% endfor %}
    {% do exceptions.raise_compiler_error("sluice.rebuild: dataset must name an apply_changes model or snapshot (known: "
        ~ known | sort | join(', ') ~ '), found: ' ~ dataset) %}
{% endmacro %}
