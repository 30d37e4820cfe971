{% macro warn_without_effect() %}
    {# Said at the start of a run, because what is not a streaming table never asks for its expectations. #}
    {% for test in graph.nodes.values() if test.resource_type == 'test' and (test.config.meta or {}).get('on_violation') is not none %}
        {% set judges = [] %}
        {% for id in ([test.attached_node] if test.test_metadata else test.depends_on.nodes) %}
            {% if graph.nodes.get(id, {}).get('config', {}).get('materialized') in ('streaming_table', 'apply_changes') %}
                {% do judges.append(id) %}
            {% endif %}
        {% endfor %}
        {% if not judges %}
            {% do exceptions.warn(
                test.name ~ ': on_violation (' ~ test.config.meta.on_violation ~ ') has no effect, for only a streaming_table judges its rows, and '
                ~ (test.attached_node or 'none of its inputs') ~ ' is ' ~ ('not one' if test.attached_node else 'one')
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
