{% macro result_events(result) %}
    {# One event of a flow; one of anything else that failed or warned; none of the rest. #}
    {% set node = result.node %}
    {% set level = sluice.result_level(result) %}
    {% set status = result.status | string %}
    {% set details = {'unique_id': node.unique_id} %}
    {% if node.resource_type in ('model', 'snapshot', 'seed') and node.config.materialized != 'ephemeral' %}
        {% set event_type = 'flow_progress' %}
        {% set dataset = node.name %}
        {% set statuses = {'success': 'COMPLETED', 'error': 'FAILED', 'partial success': 'FAILED'} %}
        {% set status = statuses.get(status, status | upper) %}
        {% do details.update({
            'relation': node.relation_name,
            'flow_progress': {'status': status, 'seconds': result.execution_time},
        }) %}
    {% elif level == 'INFO' %}
        {% do return([]) %}
    {% else %}
        {% set event_types = {'operation': 'hook_progress', 'source': 'source_progress'} %}
        {% set event_type = event_types.get(node.resource_type | string, 'test_progress') %}
        {% set tested = node.attached_node or node.tested_node_unique_id %}
        {% set dataset = graph.nodes[tested].name if tested in graph.nodes else none %}
        {% if node.resource_type == 'source' %}{% set dataset = node.source_name ~ '.' ~ node.name %}{% endif %}
        {% set status = 'FAILED' if level == 'ERROR' else 'WARN' %}
        {% do details.update({event_type: {'name': node.name, 'status': status, 'failures': result.failures}}) %}
    {% endif %}
    {% set told = ': ' ~ result.message if level != 'INFO' and result.message else '' %}
    {% do return([{
        'level': level, 'event_type': event_type, 'dataset': dataset,
        'message': node.name ~ ' ' ~ status ~ told, 'details': details,
    }]) %}
{% endmacro %}
