{% macro on_run_start() %}
    {% if sluice.is_update() %}
        {% do sluice.event_log_retention_days() %}
        {% do sluice.warn_without_effect() %}
        {% do sluice.begin_update(sluice.utc_now()) %}
    {% endif %}
{% endmacro %}


{% macro on_run_end(results) %}
    {% if sluice.is_update() %}
        {% do sluice.begin_late(results) %}
        {% set failed = sluice.failed_nodes(results) %}
        {% set events = [] %}
        {% for result in results %}{% do events.extend(sluice.result_events(result)) %}{% endfor %}
        {% do events.append({
            'level': 'ERROR' if failed else 'INFO',
            'event_type': 'update_progress',
            'dataset': none,
            'message': 'Update ' ~ invocation_id ~ (' FAILED: ' ~ failed | join(', ') if failed else ' COMPLETED'),
            'details': {'update_progress': {
                'state': 'FAILED' if failed else 'COMPLETED',
                'failed': failed,
            }},
        }) %}
        {% do sluice.gather_events() %}
        {% do sluice.log_events(events) %}
        {% do adapter.commit() %}
        {% do sluice.forget_events() %}
    {% endif %}
{% endmacro %}
