{% macro log_release(node, relation, judgement, counts, started) %}
    {# A release is an update of its own: hooks do not run around an operation, so all of its events are written here. #}
    {% do sluice.log_events([sluice.create_update_event('sluice.release', 'sluice.release of ' ~ node.name)], relation.database) %}
    {% do sluice.log_flow('COMPLETED', {
        'num_input_rows': counts.judged,
        'num_output_rows': counts.released,
        'num_dropped_rows': counts.held,
    }, started, judgement.expectations, node, relation) %}
    {% do sluice.log_events([{
        'level': 'INFO', 'event_type': 'update_progress', 'dataset': none,
        'message': 'Update ' ~ invocation_id ~ ' COMPLETED',
        'details': {'update_progress': {'state': 'COMPLETED', 'failed': []}},
    }], relation.database) %}
{% endmacro %}
