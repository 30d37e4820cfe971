{% macro gather_events(databases=none) %}
    {# Models in other databases logged beside their rows, in their transaction; here the log is brought together,
       with what earlier updates that were killed left there. #}
    {% set event_log = sluice.state_relation('event_log') %}
    {% for database in (databases if databases is not none else sluice.state_databases()) if database is not none %}
        {% do run_query(
            'insert into ' ~ event_log ~ '\nselect * from ' ~ sluice.state_relation('event_log', database)
            ~ ' where id not in (select id from ' ~ event_log ~ ')'
            ~ ' and (update_id = ' ~ sluice.literal(invocation_id)
            ~ ' or update_id in (select update_id from ' ~ sluice.state_relation('updates') ~ '))'
        ) %}
    {% endfor %}
{% endmacro %}
