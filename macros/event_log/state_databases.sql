{% macro state_databases() %}
    {# The target's own (as none, which state_relation() knows), then those of selected models that keep a state. #}
    {% set databases = [none] %}
    {% for id in selected_resources if id in graph.nodes %}
        {% set node = graph.nodes[id] %}
        {% if node.config.materialized in ('streaming_table', 'apply_changes', 'snapshot')
            and node.database not in databases + [target.database] %}
            {% do databases.append(node.database) %}
        {% endif %}
    {% endfor %}
    {% do return(databases) %}
{% endmacro %}
