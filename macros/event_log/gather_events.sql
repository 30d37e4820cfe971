{% macro gather_events(results) %}
    {# Models in other databases logged beside their rows, in their transaction; here the log is brought together. #}
    {% set databases = [] %}
    {% for result in results
        if result.node.resource_type in ('model', 'snapshot') and result.node.database != target.database
        and result.node.database not in databases %}
        {% if result.node.config.materialized in ('streaming_table', 'apply_changes', 'snapshot') %}
            {% do databases.append(result.node.database) %}
        {% endif %}
    {% endfor %}
    {% set event_log = sluice.state_relation('event_log') %}
    {% for database in databases | unique %}
        {% set beside = sluice.state_relation('event_log', database) %}
        {% if adapter.get_relation(beside.database, beside.schema, beside.identifier) is not none %}
            {% do run_query(
                'insert into ' ~ event_log ~ '\nselect * from ' ~ beside ~ ' where update_id = ' ~ sluice.literal(invocation_id)
                ~ ' and id not in (select id from ' ~ event_log ~ ')'
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
