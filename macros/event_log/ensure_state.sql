{% macro ensure_state() %}
    {# on_run_start makes our tables. It does not run where a hook of the project failed before it, and dbt goes on. #}
    {% set event_log = sluice.state_relation('event_log', this.database) %}
    {% if adapter.get_relation(event_log.database, event_log.schema, event_log.identifier) is none %}
        {% do sluice.create_state(this.database) %}
        {% do adapter.commit() %}
        {% for name in ('event_log', 'checkpoints', 'files', 'targets') %}
            {% do adapter.cache_added(sluice.state_relation(name, this.database)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
