{% macro replay_events(options, events, target_relation, recorded, record) %}
    {# The whole target anew, from the whole set of its events. #}
    {% set ties = sluice.count_events(options, events, none).ties > 0 %}
    {% set rows = sluice.target_rows(options, events, sluice.deciding_events(options, events, none, ties)) %}
    {% set columns = sluice.query_columns(rows) %}
    {% set changes = sluice.sync_columns(target_relation, columns) %}
    {% do run_query('delete from ' ~ target_relation) %}
    {% do sluice.insert_rows(target_relation, changes.taken, rows) %}
    {% for option in ('start_at', 'end_at') if recorded.rows.get(option) and sluice.column_named(columns, recorded.rows[option]) is none %}
        {% do run_query('alter table ' ~ target_relation ~ ' drop column ' ~ sluice.quote(recorded.rows[option])) %}
    {% endfor %}
    {% do sluice.record_target_options(sluice.dataset_id(target_relation), record, target_relation.database) %}
{% endmacro %}
