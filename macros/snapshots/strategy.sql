{# PUBLIC: snapshot_apply_changes_strategy #}

{% macro snapshot_apply_changes_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {# The whole work is done here, once: dbt asks for the staging query twice. The overrides beside this file
       hand what is found to dbt's own snapshot materialization, which creates tables, runs hooks and keeps docs. #}
    {% set started = modules.datetime.datetime.now() %}
    {% do sluice.check_snapshot_dispatch() %}
    {% do sluice.ensure_state() %}
    {% set recorded = sluice.target_options(sluice.dataset_id(this)) %}
    {% do sluice.check_apply_changes_target(load_cached_relation(this), recorded, not target_exists) %}
    {% do sluice.begin_transaction() %}
    {% set source = sluice.event_source(sluice.snapshot_feed(node), recorded, not target_exists) %}
    {% set plan = sluice.plan_changes(source, recorded, not target_exists) %}
    {% set write = sluice.stage_snapshot(plan, this.incorporate(type='table'), target_exists) %}
    {% set flow = sluice.flow_event('COMPLETED', dict(plan.counts, **write.counts), started) %}
    {# Within the transaction in which dbt writes the rows. #}
    {% do sluice.run_script(
        sluice.target_changed_keys(node, this.incorporate(type='table'), plan, write, not target_exists)
        + write.statements + plan.statements
        + sluice.commit_statements(this, plan.ranges, not target_exists, plan.records, plan.warnings + [flow])
        + sluice.drop_statements(plan.staged + write.staged),
        'state', true) %}
    {% set keys = config.get('unique_key') %}
    {% do return({
        'unique_key': [keys] if keys is string else keys, 'hard_deletes': config.get('hard_deletes') or 'invalidate',
        'staging': write.query,
    }) %}
{% endmacro %}


{% macro check_snapshot_dispatch() %}
    {# Without the dispatch block dbt's own merge would run over our staging table, and do nothing right. #}
    {% set found = adapter.dispatch('snapshot_merge_sql', 'dbt').macro.package_name %}
    {% if found != 'sluice' %}
        {% do sluice.raise_errors('Snapshot strategy apply_changes', [
            "dbt must find sluice's snapshot_merge_sql, found the one of package " ~ found,
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
    {% set relation = api.Relation.create(
        database=source.database, schema=source.schema, identifier=source.alias or source.name,
        limit=0 if flags.EMPTY else none) %}
    {% do return('select * from ' ~ sluice.stream(relation)) %}
{% endmacro %}


{% macro stage_snapshot(plan, target, target_exists) %}
    {# What dbt is to write: {'query': all rows of a new table, else those that change, marked as its merge step wants;
       'counts', 'statements' that come before it, 'staged': tables to drop}. #}
    {% if not plan.changed %}
        {% set nothing = "select *, 'upsert' as dbt_change_type from " ~ target ~ ' where false' %}
        {% do return({'query': nothing, 'counts': sluice.no_changes(), 'statements': [], 'staged': []}) %}
    {% elif not target_exists %}
        {% set rows = sluice.stage_table('rows', plan.rows) %}
        {% do return({
            'query': 'select * from ' ~ rows, 'counts': sluice.count_rows(rows), 'statements': [], 'staged': [],
        }) %}
    {% endif %}
    {% set changes = sluice.stage_changes(plan, target) %}
    {% set names = sluice.quoted(changes.columns | map(attribute='name')) | join(', ') %}
    {% set query = 'select ' ~ names ~ ', _sluice_change as dbt_change_type from ' ~ changes.relation %}
    {% do return({
        'query': query, 'counts': changes.counts, 'statements': changes.statements, 'staged': [],
        'changes': changes.relation,
    }) %}
{% endmacro %}
