{# PUBLIC: rebuild #}

{% macro rebuild(dataset=none, start_over=false) %}
    {# Replays the kept events of a snapshot or apply_changes model into its table, under the options as they are
       now. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set node = sluice.apply_changes_node(dataset, start_over) %}
    {% set target_relation = sluice.relation_of(node) %}
    {% set events = sluice.events_relation(target_relation) %}
    {% do sluice.create_state(node.database) %}
    {% do sluice.begin_transaction() %}
    {% if start_over %}
        {% do sluice.drop_staged([target_relation, events]) %}
        {% do adapter.commit() %}
        {% do log('sluice: ' ~ target_relation ~ ' and its kept events were dropped; '
            ~ 'the next run reads its source anew: dbt build --select ' ~ node.name, info=true) %}
        {% do return(none) %}
    {% endif %}

    {% set recorded = sluice.target_options(sluice.dataset_id(target_relation), node.database) %}
    {% do sluice.check_kept_events(node, target_relation, events, recorded) %}
    {% set options = sluice.apply_changes_options(node, sluice.replayed_columns(node, events), replayed=true) %}
    {% set record = sluice.recorded_options(options) %}
    {% set errors = sluice.option_drift_errors(
        recorded, record, recorded.events | list + ['columns_to_update', 'scd_type'], options.snapshot is not none
    ) %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; change it back, or drop them and read the source anew '
            ~ '(it must still hold the feed): ' ~ sluice.rebuild_command(node)) %}
        {% do sluice.raise_errors('sluice.rebuild error', errors, node) %}
    {% endif %}
    {% do sluice.replay_events(options, events, target_relation, recorded, record) %}
    {% do adapter.commit() %}
    {% do log('sluice: ' ~ target_relation ~ ' was replayed from its kept events', info=true) %}
{% endmacro %}


{% macro apply_changes_node(dataset, start_over) %}
    {# The node that rebuild() is asked for; what it is asked with is checked here. #}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if sluice.is_target(node) %}{% do nodes.append(node) %}{% endfor %}
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


{% macro check_kept_events(node, target_relation, events, recorded) %}
    {# A rebuild needs events, and the options that they were made with. #}
    {% if recorded is none or load_cached_relation(events) is none %}
        {% do sluice.raise_errors('sluice.rebuild error', [
            'no events are kept for ' ~ target_relation ~ ', expected a dataset that has run before',
            'way out: ' ~ ('dbt build --select ' ~ sluice.selector_of(node)
                if load_cached_relation(target_relation) is none else sluice.rebuild_command(node)),
        ], node) %}
    {% endif %}
{% endmacro %}


{% macro replayed_columns(node, events) %}
    {# The columns of the query that the kept events came from: theirs, and those that were left out by name. #}
    {% set columns = sluice.user_columns(sluice.columns_of(events)) %}
    {% set given = node.config.get('meta') or {} %}
    {% for name in sluice.listed(given.get('except_column_list')) + sluice.listed(given.get('columns_to_update')) %}
        {% if name is string and sluice.find_column(columns, name) is none %}
            {% do columns.append(api.Column(name, 'unknown')) %}
        {% endif %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro replay_events(options, events, target_relation, recorded, record) %}
    {# The whole target anew, from the whole set of its events; a table that was dropped comes back. #}
    {% set ignored = sluice.new_names(options.columns, target_relation)
        if options.on_schema_change == 'ignore' and load_cached_relation(target_relation) is not none else [] %}
    {% set tracked = [] %}
    {% for name in options.tracked if name | lower not in ignored %}{% do tracked.append(name) %}{% endfor %}
    {% set options = dict(options, tracked=tracked, typed=sluice.columns_of(events)) %}
    {% set all = sluice.exact_events(options, events) %}
    {% set ties = sluice.count_new_events(options, all, none).ties > 0 %}
    {% set rows = sluice.target_rows(options, events, sluice.deduplicated_events(options, all, none, ties)) %}
    {% set columns = sluice.query_columns(rows) %}
    {% if load_cached_relation(target_relation) is none %}
        {% do sluice.create_table(target_relation, columns) %}
    {% endif %}
    {% set wanted = [] %}
    {% for column in columns if column.name | lower not in ignored %}{% do wanted.append(column) %}{% endfor %}
    {% set taken = sluice.sync_columns(target_relation, wanted, node=graph.nodes[options.node]).taken %}
    {% for sql in sluice.changed_keys_statements(graph.nodes[options.node], target_relation, rewritten=true) %}
        {%- do run_query(sql) %}{% endfor %}
    {% do run_query('delete from ' ~ target_relation) %}
    {% do sluice.insert_rows(target_relation, taken, rows) %}
    {% for option in ('start_at', 'end_at', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted')
        if recorded.rows.get(option) and sluice.find_column(columns, recorded.rows[option]) is none %}
        {% do run_query(
            'alter table ' ~ target_relation ~ ' drop column if exists ' ~ sluice.quote(recorded.rows[option])
        ) %}
    {% endfor %}
    {% do run_query(sluice.insert_target_options(
        sluice.dataset_id(target_relation), record, target_relation.database)) %}
{% endmacro %}
