{% macro replay_events(options, events, target_relation, recorded, record) %}
    {# The whole target anew, from the whole set of its events; a table that was dropped comes back. #}
    {% set ties = sluice.count_events(options, events, none).ties > 0 %}
    {% set rows = sluice.target_rows(options, events, sluice.deciding_events(options, events, none, ties)) %}
    {% set columns = sluice.query_columns(rows) %}
    {% if adapter.get_relation(target_relation.database, target_relation.schema, target_relation.identifier) is none %}
        {% do sluice.create_table(target_relation, columns) %}
    {% endif %}
    {% set ignored = sluice.new_columns(options.columns, target_relation) if options.on_schema_change == 'ignore' else [] %}
    {% set wanted = [] %}
    {% for column in columns if column.name | lower not in ignored %}{% do wanted.append(column) %}{% endfor %}
    {% set taken = sluice.sync_columns(target_relation, wanted, node=graph.nodes[options.node]).taken %}
    {% do run_query('delete from ' ~ target_relation) %}
    {% do sluice.insert_rows(target_relation, taken, rows) %}
    {% for option in ('start_at', 'end_at') if recorded.rows.get(option) and sluice.column_named(columns, recorded.rows[option]) is none %}
        {% do run_query('alter table ' ~ target_relation ~ ' drop column if exists ' ~ sluice.quote(recorded.rows[option])) %}
    {% endfor %}
    {% do sluice.record_target_options(sluice.dataset_id(target_relation), record, target_relation.database) %}
{% endmacro %}
