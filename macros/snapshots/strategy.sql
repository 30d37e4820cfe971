{# PUBLIC: snapshot_apply_changes_strategy #}

{% macro snapshot_apply_changes_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {# The whole work is planned here, once: dbt asks for the staging query twice. The overrides beside this file
       hand what is found to dbt's own snapshot materialization, which creates tables, runs hooks and keeps docs. #}
    {% set started = modules.datetime.datetime.now() %}
    {% do sluice.check_snapshot_dispatch() %}
    {% do sluice.ensure_state() %}
    {% set state = sluice.node_state() %}
    {% set recorded = state.options.get(state.dataset) %}
    {% set starts_over = not target_exists or sluice.is_unfinished(recorded) %}
    {% do sluice.check_apply_changes_target(load_cached_relation(this), recorded, starts_over) %}
    {% do sluice.begin_transaction() %}
    {% set source = sluice.event_source(sluice.snapshot_feed(node), recorded, starts_over) %}
    {% set plan = sluice.plan_changes(source, recorded, starts_over) %}
    {% set write = sluice.stage_snapshot(plan, this.incorporate(type='table'), target_exists, starts_over) %}
    {% set metrics = dict(plan.counts, **write.counts) %}
    {% set flow = sluice.flow_event('COMPLETED', metrics, started) %}
    {% do sluice.hand_over('metrics', metrics) %}
    {% set statements = sluice.written(node, this.incorporate(type='table'), plan, write, starts_over) + plan.statements
        + sluice.commit_statements(this, plan.ranges, starts_over, plan.records, plan.warnings + [flow]) %}
    {% set script = sluice.claimed(statements, this, state.version)
        + sluice.drop_statements(plan.staged + write.staged) %}
    {% if target_exists %}
        {# dbt sends it, as its merge. #}
        {% do sluice.hand_over('script', script) %}
        {% do sluice.hand_over('sequence', sluice.sequence_type(
            plan.records.get(sluice.dataset_id(this)) or recorded)) %}
    {% else %}
        {# dbt makes the table, and a run that ends before it does starts over. #}
        {% do sluice.run_script(script, 'state', true) %}
    {% endif %}
    {% set keys = config.get('unique_key') %}
    {% do return({
        'unique_key': [keys] if keys is string else keys, 'hard_deletes': config.get('hard_deletes') or 'invalidate',
        'staging': write.query,
    }) %}
{% endmacro %}


{% macro check_snapshot_dispatch() %}
    {# Without the dispatch block dbt's own merge would run over our staging table, and do nothing right. #}
    {% if build_snapshot_table({'staging': 'found'}, '') | trim != 'found' %}
        {% do sluice.raise_errors('Snapshot strategy apply_changes', [
            "dbt must find sluice's macros for snapshots, found its own",
            'way out: add to dbt_project.yml: dispatch: [{macro_namespace: dbt, search_order: ['
                ~ project_name ~ ', sluice, dbt]}]',
        ]) %}
    {% endif %}
{% endmacro %}


{% macro snapshot_feed(node) %}
    {# The query of a snapshot. One in YAML with `relation: ref(...)` can only name a table: where that is a streaming
       table it reads what is new, as stream() does, for whole it would come with our batch number. #}
    {% set source = graph.nodes.get(node.depends_on.nodes[0]) if node.depends_on.nodes | length == 1 else none %}
    {% if not sluice.is_streaming_table(source)
        or not modules.re.match('select [*] from [{][{] *ref[(][^)]*[)] *[}][}]$', node.raw_code | trim) %}
        {% do return(node.compiled_code) %}
    {% endif %}
    {% do return('select * from ' ~ sluice.stream(sluice.relation_of(source))) %}
{% endmacro %}


{% macro stage_snapshot(plan, target, target_exists, starts_over) %}
    {# What is to be written: {'query' that dbt looks at: all rows of a new table, else none, with the columns that the
       table has; 'counts', 'statements', 'staged': tables to drop}. #}
    {% set nothing = "select *, 'upsert' as dbt_change_type from " ~ target ~ ' where false' %}
    {% if not plan.changed %}
        {% do return({'query': nothing, 'counts': sluice.no_changes(), 'alters': [], 'statements': [],
            'staged': []}) %}
    {% elif starts_over %}
        {% set rows = sluice.stage_new_table('rows', plan.rows) %}
        {# What another hand has made there goes; a table that is not there is made by dbt. #}
        {% do return({
            'query': nothing if target_exists else 'select * from ' ~ rows, 'counts': sluice.count_rows(rows),
            'alters': [],
            'statements': sluice.filled_table_statements(
                target, load_cached_relation(target), sluice.columns_of(rows), 'select * from ' ~ rows)
                if target_exists else [],
            'staged': [rows] if target_exists else [],
        }) %}
    {% endif %}
    {% set changes = sluice.stage_changes(plan, target) %}
    {% do return({
        'query': nothing, 'counts': changes.counts, 'changes': changes.relation, 'staged': [changes.relation],
        'columns': changes.columns, 'alters': changes.statements,
        'statements': sluice.taken_over_statements(target, changes.columns, plan.options, changes.relation),
    }) %}
{% endmacro %}


{% macro hand_over(name, value) %}
    {# Keeps a value for the macros that dbt calls later on for this node, as the result of a statement. #}
    {% do store_result('sluice_' ~ name, response=tojson(value)) %}
{% endmacro %}


{% macro handed_over(name) %}
    {# What hand_over() kept for this node, or none. It can be taken once. #}
    {% set found = load_result('sluice_' ~ name) %}
    {# A text is the response itself on dbt v1, and its message on v2. #}
    {% do return(fromjson(found.response.message or found.response) if found else none) %}
{% endmacro %}


{% macro sequence_type(recorded) %}
    {# The type of the sequence of a target. #}
    {% do return(sluice.find_column(sluice.recorded_types(recorded, 'types'), '_sluice_sequence').dtype) %}
{% endmacro %}
