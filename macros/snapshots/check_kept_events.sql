{% macro check_kept_events(node, target_relation, events) %}
    {# For rebuild(): returns the options that the kept events were made with. #}
    {% set recorded = sluice.target_options(sluice.dataset_id(target_relation), node.database) %}
    {% if recorded is none or adapter.get_relation(events.database, events.schema, events.identifier) is none %}
        {% do sluice.raise_errors('sluice.rebuild error', [
            'no events are kept for ' ~ target_relation ~ ', expected a dataset that has run before',
            'way out: dbt build --select ' ~ node.name,
        ], node) %}
    {% endif %}
    {% do return(recorded) %}
{% endmacro %}
