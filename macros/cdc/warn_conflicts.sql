{% macro warn_conflicts(count) %}
    {% set message = model.name ~ ': ' ~ count ~ ' (key, sequence) pairs have conflicting upserts; the greatest values win. '
        ~ 'A finer sequence_by would tell which came last.' %}
    {% do exceptions.warn(message) %}
    {% do sluice.log_events([{
        'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
        'details': {'unique_id': model.unique_id, 'relation': this | string, 'num_conflicts': count},
    }], this.database) %}
{% endmacro %}
