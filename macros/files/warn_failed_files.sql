{% macro warn_failed_files(plan) %}
    {% set message = model.name ~ ': ' ~ plan.failed | length ~ ' of ' ~ (plan.failed + plan.files) | length ~ ' new files of source '
        ~ plan.source ~ ' cannot be read and were left out: ' ~ plan.failed[:5] | join(', ') ~ (', ...' if plan.failed | length > 5 else '')
        ~ ' (' ~ sluice.unreadable(plan, plan.failed[0]) ~ '). They are FAILED in the files table of the event log, '
        ~ 'and each run tries them again until they are repaired or removed.' %}
    {% do exceptions.warn(message) %}
    {% do sluice.log_events([{
        'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
        'details': {'unique_id': model.unique_id, 'relation': this | string, 'failed_files': plan.failed},
    }], this.database) %}
{% endmacro %}
