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
    {% set feed = sluice.snapshot_feed(node) %}
    {% set ranges = sluice.ranges_read(feed) %}
    {% set columns = sluice.query_columns(feed) %}
    {% set kept = sluice.names_kept(columns, recorded, not target_exists and ranges | length > 0) %}
    {% set options = sluice.apply_changes_options(node, columns, kept) %}
    {% set batch = sluice.stage_table('batch', sluice.staged_events(options, columns, feed)) %}
    {% set plan = sluice.apply_events(options, batch, recorded, ranges, not target_exists) %}
    {% set write = sluice.stage_snapshot(plan, this.incorporate(type='table'), target_exists) %}
    {% for sql in sluice.target_changed_keys(
        node, this.incorporate(type='table'), plan, write, not target_exists) %}{% do run_query(sql) %}{% endfor %}
    {% set flow = sluice.flow_event('COMPLETED', dict(plan.counts, **write.counts), started) %}
    {% for sql in sluice.commit_statements(this, ranges, not target_exists, {}, [flow]) %}
        {% do run_query(sql) %}
    {% endfor %}
    {% do sluice.drop_staged(plan.staged + write.staged) %}
    {% do return({'unique_key': options['keys'], 'hard_deletes': options.hard_deletes, 'staging': write.query}) %}
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
       'counts', 'staged': tables to drop}. #}
    {% if not plan.changed %}
        {% set nothing = "select *, 'upsert' as dbt_change_type from " ~ target ~ ' where false' %}
        {% do return({'query': nothing, 'counts': sluice.no_changes(), 'staged': []}) %}
    {% elif not target_exists %}
        {% set rows = sluice.stage_table('rows', plan.rows) %}
        {% do return({'query': 'select * from ' ~ rows, 'counts': sluice.count_rows(rows), 'staged': []}) %}
    {% endif %}
    {% set changes = sluice.stage_changes(plan, target) %}
    {% set names = sluice.quoted(changes.columns | map(attribute='name')) | join(', ') %}
    {% set query = 'select ' ~ names ~ ', _sluice_change as dbt_change_type from ' ~ changes.relation %}
    {% do return({
        'query': query, 'counts': changes.counts, 'staged': changes.staged, 'changes': changes.relation,
    }) %}
{% endmacro %}
