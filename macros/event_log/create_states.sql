{% macro create_states() %}
    {# In every database that this command keeps state in. Done before the models run: two of them at once would
       stand in each other's way. #}
    {% set databases = [target.database] %}
    {% for node in graph.nodes.values() if node.unique_id in selected_resources and node.database not in databases
        and (node.config.materialized in ('streaming_table', 'apply_changes')
            or node.config.strategy in ('apply_changes', 'sluice.apply_changes')) %}
        {% do databases.append(node.database) %}
    {% endfor %}
    {% for database in databases | unique %}{% do sluice.create_state(database) %}{% endfor %}
{% endmacro %}
