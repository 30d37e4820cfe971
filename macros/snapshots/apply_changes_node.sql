{% macro apply_changes_node(dataset, start_over) %}
    {# The node that rebuild() is asked for; what it is asked with is checked here. #}
    {% set known = {} %}
    {% for node in graph.nodes.values()
        if node.config.materialized == 'apply_changes'
        or (node.resource_type == 'snapshot' and node.config.strategy in ('apply_changes', 'sluice.apply_changes')) %}
        {% do known.update({node.name: node}) %}
    {% endfor %}
    {% set errors = [] %}
    {% if dataset not in known %}
        {% do errors.append('dataset must name an apply_changes model or snapshot (known: '
            ~ (known | sort | join(', ') or 'none') ~ '), found: ' ~ tojson(dataset)) %}
    {% endif %}
    {% if start_over is not boolean %}
        {% do errors.append('start_over must be true or false, found: ' ~ tojson(start_over)) %}
    {% endif %}
    {% if errors %}
        {% do errors.append("expected: dbt run-operation sluice.rebuild --args '{dataset: <name>}'") %}
        {% do exceptions.raise_compiler_error('sluice.rebuild error:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
    {% do return(known[dataset]) %}
{% endmacro %}
