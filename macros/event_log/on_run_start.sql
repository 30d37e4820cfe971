{% macro on_run_start() %}
    {% if sluice.is_update() %}
        {% do sluice.event_log_retention_days() %}
        {% do sluice.warn_without_effect() %}
        {% do sluice.begin_update(sluice.utc_now()) %}
    {% endif %}
{% endmacro %}
