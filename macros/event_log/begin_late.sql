{% macro begin_late(results) %}
    {# dbt leaves out the hooks after one that failed, and the project's own come before ours. #}
    {% set hooks = [] %}
    {% for result in results if result.node.resource_type == 'operation' %}{% do hooks.append(result) %}{% endfor %}
    {% if hooks or not results %}
        {% do sluice.create_state() %}
        {% if not sluice.rows(
            'select update_id from ' ~ sluice.state_relation('updates')
            ~ ' where update_id = ' ~ sluice.literal(invocation_id)
        ) %}
            {% do sluice.begin_update(run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f')) %}
        {% endif %}
    {% endif %}
{% endmacro %}
