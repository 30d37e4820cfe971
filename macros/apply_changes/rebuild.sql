{# PUBLIC: rebuild #}

{% macro rebuild(dataset=none, start_over=false) %}
    {# Replays the kept events of a snapshot or apply_changes model into its table, under the options as they are
       now. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% do sluice.check_arguments('rebuild', kwargs, ['dataset', 'start_over']) %}
    {% set node = sluice.apply_changes_node(dataset, start_over) %}
    {% set target_relation = sluice.relation_of(node) %}
    {% set events = sluice.events_relation(target_relation) %}
    {% do sluice.create_state(node.database) %}
    {% do sluice.begin_transaction() %}
    {% set version = sluice.planned_version(target_relation) %}
    {% if start_over %}
        {% if sluice.knows_files(sluice.dataset_id(target_relation), node.database) %}
            {% do sluice.raise_errors('sluice.rebuild error', [
                node.name ~ ' reads files itself, and some may be gone; expected the way that says what would be lost: '
                ~ 'dbt run --full-refresh --select ' ~ sluice.selector_of(node),
            ], node) %}
        {% endif %}
        {% do sluice.run_script(sluice.claimed(
            sluice.drop_statements([target_relation, events]), target_relation, version), 'replay', true) %}
        {% do adapter.commit() %}
        {% do log('sluice: ' ~ target_relation ~ ' and its kept events were dropped; '
            ~ 'the next run reads its source anew: dbt build --select ' ~ node.name, info=true) %}
        {% do return(none) %}
    {% endif %}

    {% set recorded = sluice.target_options(sluice.dataset_id(target_relation), node.database) %}
    {% set streamed = (recorded or {}).get('state', {}).kind == 'stream' %}
    {% if not streamed %}{% do sluice.check_kept_events(node, target_relation, events, recorded) %}{% endif %}
    {% set replay = sluice.streamed_replay(node, target_relation, recorded) if streamed
        else sluice.kept_replay(node, events, recorded) %}
    {% do replay.update({
        'events': sluice.with_adopted(replay.events, replay.options.typed, target_relation)}) %}
    {% set record = replay.record %}
    {% set made_by = [] if streamed else recorded.events | list + ['columns_to_update', 'scd_type'] %}
    {% set errors = sluice.option_drift_errors(
        recorded, record, ['keys', 'scd_type'] + made_by, replay.options.snapshot is not none) %}
    {% if errors %}
        {% do errors.append(('its table' if streamed else 'the kept events')
            ~ ' cannot follow that; change it back, or drop ' ~ ('it' if streamed else 'them')
            ~ ' and read the source anew (it must still hold the feed): ' ~ sluice.rebuild_command(node)) %}
        {% do sluice.raise_errors('sluice.rebuild error', errors, node) %}
    {% endif %}
    {% do sluice.run_script(sluice.claimed(
        sluice.replay_statements(replay, target_relation, recorded, record), target_relation, version),
        'replay', true) %}
    {% do adapter.commit() %}
    {% do log('sluice: ' ~ target_relation ~ ' was replayed from '
        ~ ('its streams' if streamed else 'its kept events'), info=true) %}
{% endmacro %}


{% macro apply_changes_node(dataset, start_over) %}
    {# The node that rebuild() is asked for; what it is asked with is checked here. #}
    {% set named = sluice.named_target(dataset) %}
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


{% macro named_target(dataset) %}
    {# {'node', 'error'}: the target that a user names. #}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if sluice.is_target(node) %}{% do nodes.append(node) %}{% endfor %}
    {% do return(sluice.named_node(dataset, nodes, 'an apply_changes model or snapshot')) %}
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


{% macro streamed_replay(node, target_relation, recorded) %}
    {# All events of the batches that were read, by the query as it was then: {'options', 'record', 'events'}. #}
    {% set id, ranges = sluice.dataset_id(target_relation), [] %}
    {% for source_id, relation in recorded.state.reads.items() %}
        {% set read = sluice.committed_batch(id, source_id, node.database) %}
        {% do ranges.append({'source': source_id, 'relation': relation, 'from': 0, 'to': read.batch}) %}
    {% endfor %}
    {% set feed = sluice.feed_over(recorded.state.template, ranges) %}
    {% set columns = sluice.query_columns(feed) %}
    {% set options = sluice.apply_changes_options(
        node, columns, sluice.recorded_types(recorded, 'events') | map(attribute='name') | list) %}
    {% set query = '(' ~ sluice.staged_events(options, columns, feed) ~ ')' %}
    {% set staged = sluice.query_columns('select * from ' ~ query) %}
    {% set source = dict(recorded.state, ranges=ranges) %}
    {% set record = sluice.recorded_options(options, source, staged) %}
    {% do return({'options': dict(options, typed=staged), 'record': record, 'events': query}) %}
{% endmacro %}


{% macro kept_replay(node, events, recorded) %}
    {# All events that are kept: {'options', 'record', 'events'}. #}
    {% set options = sluice.apply_changes_options(node, sluice.replayed_columns(node, events), replayed=true) %}
    {% set typed = sluice.columns_of(events) %}
    {% set names = typed | map(attribute='name') | list %}
    {% set exact = sluice.exact_columns(typed, names) | join(', ') %}
    {% set record = sluice.recorded_options(options, {'kind': 'events', 'ranges': []}, typed) %}
    {% if recorded.get('state') %}{% do record.update({'state': recorded.state}) %}{% endif %}
    {% do return({
        'options': dict(options, typed=typed), 'record': record,
        'events': '(select ' ~ exact ~ ' from ' ~ events ~ ')',
    }) %}
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


{% macro replay_statements(replay, target_relation, recorded, record) %}
    {# The whole target anew, from the whole set of its events, as statements; a table that was dropped comes back. #}
    {% set options, there = replay.options, load_cached_relation(target_relation) is not none %}
    {% set present = sluice.columns_of(target_relation) if there else [] %}
    {% set ignored = [] %}
    {% for name in options.columns if there and options.on_schema_change == 'ignore'
        and sluice.find_column(present, name) is none %}
        {% do ignored.append(name | lower) %}
    {% endfor %}
    {% set tracked = [] %}
    {% for name in options.tracked if name | lower not in ignored %}{% do tracked.append(name) %}{% endfor %}
    {% set options = dict(options, tracked=tracked) %}
    {% set all = sluice.stage_table('all', sluice.new_events(options, replay.events, none), target_relation) %}
    {% set ties = sluice.count_new_events(options, all, none).ties > 0 %}
    {% set rows = sluice.target_rows(options, all, sluice.deduplicated_events(options, all, none, ties)) %}
    {% set plan = sluice.with_system_time(
        {'options': options, 'rows': rows, 'changed': true}, target_relation, target_relation if there else none) %}
    {% set options, rows = plan.options, plan.rows %}
    {% set columns = sluice.query_columns(rows) %}
    {# Whoever finds this mark works all rows out anew. #}
    {% set id = sluice.dataset_id(target_relation) %}
    {% set statements = [
        sluice.insert_target_options(id, dict(recorded, recount=true), target_relation.database),
    ] %}
    {% set node = graph.nodes[options.node] %}
    {% if there and options.system_time %}
        {% set changes = sluice.stage_changes(plan, target_relation, true, node) %}
        {% set alters = changes.statements %}
        {% set written = sluice.taken_over_statements(target_relation, changes.columns, options, changes.relation)
            + sluice.drop_statements([changes.relation]) %}
    {% else %}
        {% set wanted = [] %}
        {% for column in columns if column.name | lower not in ignored %}{% do wanted.append(column) %}{% endfor %}
        {% set changes = sluice.sync_columns_statements(target_relation, wanted, existing=present, node=node)
            if there else {'taken': columns, 'statements': sluice.create_table_statements(target_relation, columns)} %}
        {% set alters = changes.statements %}
        {% set written = (['delete from ' ~ target_relation] if there else [])
            + [sluice.insert_statement(target_relation, changes.taken | map(attribute='name') | list, rows)] %}
    {% endif %}
    {% do statements.extend(
        alters + sluice.changed_keys_statements(node, target_relation, rewritten=true) + written
        + sluice.change_feed_statements(node, target_relation, none, {}, true).behind) %}
    {% for option in ('start_at', 'end_at', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted')
        if recorded.rows.get(option) and sluice.find_column(columns, recorded.rows[option]) is none %}
        {% do statements.append(
            'alter table ' ~ target_relation ~ ' drop column if exists ' ~ sluice.quote(recorded.rows[option])
        ) %}
    {% endfor %}
    {# Where rows left its streams since they were counted, the next run counts them. #}
    {% set recounted = dict(record, recount=true) if recorded.get('recount') else record %}
    {% do return(statements + sluice.drop_statements([all]) + [
        sluice.insert_target_options(id, recounted, target_relation.database),
    ]) %}
{% endmacro %}
