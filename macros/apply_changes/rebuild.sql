{% macro rebuild(dataset=none, start_over=false) %}
    {# Run by `dbt run-operation sluice.rebuild --args '{dataset: customers_history}'`. Replays the kept events of a
       snapshot or apply_changes model into its table, under the options as they are now. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set node = sluice.apply_changes_node(dataset, start_over) %}
    {% set target_relation = sluice.relation_of(node) %}
    {% set events = sluice.events_relation(target_relation) %}
    {% do sluice.begin_transaction() %}
    {% if start_over %}
        {% do run_query('drop table if exists ' ~ target_relation ~ '; drop table if exists ' ~ events) %}
        {% do adapter.commit() %}
        {% do log('sluice: ' ~ target_relation ~ ' and its kept events were dropped; the next run reads its source anew: '
            ~ 'dbt build --select ' ~ node.name, info=true) %}
        {% do return(none) %}
    {% endif %}

    {% set recorded = sluice.check_kept_events(node, target_relation, events) %}
    {% set options = sluice.apply_changes_options(node, sluice.replayed_columns(node, events), replayed=true) %}
    {% set record = sluice.recorded_options(options) %}
    {% set errors = sluice.changed_options(recorded, record, recorded.events | list + ['scd_type'], options.snapshot is not none) %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; change it back, or drop them and read the source anew '
            ~ '(it must still hold the feed): ' ~ sluice.start_over(node)) %}
        {% do sluice.raise_errors('sluice.rebuild error', errors, node) %}
    {% endif %}
    {% do sluice.replay_events(options, events, target_relation, recorded, record) %}
    {% do adapter.commit() %}
    {% do log('sluice: ' ~ target_relation ~ ' was replayed from its kept events', info=true) %}
{% endmacro %}


{% macro apply_changes_node(dataset, start_over) %}
    {# The node that rebuild() is asked for; what it is asked with is checked here. #}
    {% set nodes = [] %}
    {% for node in graph.nodes.values()
        if node.config.materialized == 'apply_changes'
        or (node.resource_type == 'snapshot' and node.config.strategy in ('apply_changes', 'sluice.apply_changes')) %}
        {% do nodes.append(node) %}
    {% endfor %}
    {% set named = sluice.named_node(dataset, nodes, 'an apply_changes model or snapshot') %}
    {% set errors = [named.error] if named.error else [] %}
    {% if start_over is not boolean %}
        {% do errors.append('start_over must be true or false, found: ' ~ tojson(start_over)) %}
    {% endif %}
    {% if errors %}
        {% do errors.append("expected: dbt run-operation sluice.rebuild --args '{dataset: <name>}'") %}
        {% do exceptions.raise_compiler_error('sluice.rebuild error:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
    {% do return(named.node) %}
{% endmacro %}


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


{% macro replayed_columns(node, events) %}
    {# The columns of the query that the kept events came from: theirs, and those that were left out by name. #}
    {% set columns = sluice.columns_of(events)
        | rejectattr('name', 'in', ['_sluice_sequence', '_sluice_operation']) | list %}
    {% set excepted = (node.config.get('meta') or {}).get('except_column_list') or [] %}
    {% set excepted = [excepted] if excepted is string else excepted %}
    {% for name in excepted %}
        {% if sluice.column_named(columns, name) is none %}{% do columns.append(api.Column(name, 'unknown')) %}{% endif %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}


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
