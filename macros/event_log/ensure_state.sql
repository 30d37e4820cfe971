{% macro ensure_state() %}
    {# A model in another database keeps its state there: a transaction of DuckDB writes to one database only.
       on_run_start has made it, unless the hooks are switched off. #}
    {% if this.database != target.database %}
        {% set event_log = sluice.state_relation('event_log', this.database) %}
        {% if adapter.get_relation(event_log.database, event_log.schema, event_log.identifier) is none %}
            {% do sluice.create_state(this.database) %}
        {% endif %}
    {% endif %}
{% endmacro %}
