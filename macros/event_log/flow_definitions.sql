{% macro flow_definitions() %}
    {# Lineage: an event for each selected flow. #}
    {% set events = [] %}
    {% for id in selected_resources if id in graph.nodes %}
        {% set node = graph.nodes[id] %}
        {% if node.resource_type in ('model', 'snapshot', 'seed') and node.config.materialized != 'ephemeral' %}
            {% set inputs = sluice.input_datasets(node) | unique | list %}
            {% do events.append({
                'level': 'INFO',
                'event_type': 'flow_definition',
                'dataset': node.name,
                'message': node.name ~ ' reads ' ~ (inputs | join(', ') or 'no dataset') ~ '.',
                'details': {
                    'unique_id': node.unique_id,
                    'relation': node.relation_name,
                    'flow_definition': {
                        'output_dataset': node.name,
                        'input_datasets': inputs,
                        'materialized': node.config.materialized,
                    },
                },
            }) %}
        {% endif %}
    {% endfor %}
    {% do return(events) %}
{% endmacro %}
