{% macro failed_nodes(results) %}
    {# The names of what makes this run a failed one for dbt, too. #}
    {% set failed = [] %}
    {% for result in results if sluice.result_level(result) == 'ERROR' %}
        {% do failed.append(result.node.name) %}
    {% endfor %}
    {% set selected = [] %}
    {% for id in selected_resources %}
        {% set config = graph.nodes.get(id, {}).get('config', {}) %}
        {% if config.get('materialized') != 'ephemeral' %}{% do selected.append(id) %}{% endif %}
    {% endfor %}
    {% if selected and not results %}
        {# With skip_nodes_if_on_run_start_fails dbt leaves out all nodes, and tells the next hook nothing of it. #}
        {% do failed.append('on-run-start') %}
    {% endif %}
    {% do return(failed) %}
{% endmacro %}
