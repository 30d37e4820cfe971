{% macro apply_changes_node(dataset, start_over) %}
    {# The node that rebuild() is asked for; what it is asked with is checked here. #}
    {% set nodes = [] %}
    {% for node in graph.nodes.values()
        if node.config.materialized == 'apply_changes'
        or (node.resource_type == 'snapshot' and node.config.strategy in ('apply_changes', 'sluice.apply_changes')) %}
        {% do nodes.append(node) %}
    {% endfor %}
    {% set named = sluice.named_node(dataset, nodes, 'an apply_changes model or snapshot') %}
    {% set errors = [named.error] if named.error else [] %}
    {% if start_over is not boolean %}
        {% do errors.append('start_over must be true or false, found: ' ~ tojson(start_over)) %}
    {% endif %}
    {% if errors %}
        {% do errors.append("expected: dbt run-operation sluice.rebuild --args '{dataset: <name>}'") %}
        {% do exceptions.raise_compiler_error('sluice.rebuild error:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
    {% do return(named.node) %}
{% endmacro %}
