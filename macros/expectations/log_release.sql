{% macro log_release(node, relation, judgement, counts, started) %}
    {# A release is an update of its own: hooks do not run around an operation, so all of its events are written here. #}
    {% set subject = {'level': 'INFO', 'dataset': none} %}
    {% do sluice.log_events([dict(subject, event_type='create_update',
        message='Update ' ~ invocation_id ~ ' started by sluice.release of ' ~ node.name ~ '.',
        details={'create_update': {
            'command': 'sluice.release', 'full_refresh': false, 'target': target.name, 'dbt_version': dbt_version}}
    )], relation.database) %}
    {% do sluice.log_flow('COMPLETED', {
        'num_input_rows': counts.judged,
        'num_output_rows': counts.released,
        'num_dropped_rows': counts.held,
    }, started, judgement.expectations, node, relation) %}
    {% do sluice.log_events([dict(subject, event_type='update_progress',
        message='Update ' ~ invocation_id ~ ' COMPLETED',
        details={'update_progress': {'state': 'COMPLETED', 'failed': []}}
    )], relation.database) %}
{% endmacro %}
