{% macro snapshot_apply_changes_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {# The whole work is done here, once: dbt asks for the staging query twice. The overrides beside this file
       hand what is found to dbt's own snapshot materialization, which creates tables, runs hooks and keeps docs. #}
    {% set started = modules.datetime.datetime.now() %}
    {% do sluice.check_snapshot_dispatch() %}
    {% set recorded = sluice.check_apply_changes_target(load_cached_relation(this), not target_exists) %}
    {% do sluice.begin_transaction() %}
    {% set feed = sluice.snapshot_feed(node) %}
    {% set columns = sluice.query_columns(feed) %}
    {% set options = sluice.apply_changes_options(node, columns) %}
    {% set batch = sluice.create_temp('batch', sluice.staged_events(options, columns, feed)) %}
    {% set plan = sluice.apply_events(options, batch, recorded, not target_exists) %}
    {% set staging = sluice.stage_snapshot(plan, this.incorporate(type='table'), target_exists) %}
    {% do sluice.record_checkpoints(sluice.streams_read(), not target_exists) %}
    {% do sluice.log_flow('COMPLETED', plan.metrics, started) %}
    {% do sluice.drop_temp(plan.temps) %}
    {% do return({'unique_key': options['keys'], 'hard_deletes': options.hard_deletes, 'staging': staging}) %}
{% endmacro %}


{% macro check_snapshot_dispatch() %}
    {# Without the dispatch block dbt's own merge would run over our staging table, and do nothing right. #}
    {% set found = adapter.dispatch('snapshot_merge_sql', 'dbt').macro.package_name %}
    {% if found != 'sluice' %}
        {% do sluice.raise_errors('Snapshot strategy apply_changes', [
            "dbt must find sluice's snapshot_merge_sql, found the one of package " ~ found,
            'way out: add to dbt_project.yml: dispatch: [{macro_namespace: dbt, search_order: [' ~ project_name ~ ', sluice, dbt]}]',
        ]) %}
    {% endif %}
{% endmacro %}


{% macro snapshot_feed(node) %}
    {# The query of a snapshot. One in YAML with `relation: ref(...)` can only name a table: where that is a streaming
       table it reads what is new, as stream() does, for whole it would come with our batch number. #}
    {% set source = graph.nodes.get(node.depends_on.nodes[0]) if node.depends_on.nodes | length == 1 else none %}
    {% if source and source.config.materialized == 'streaming_table'
        and modules.re.match('select [*] from [{][{] *ref[(][^)]*[)] *[}][}]$', node.raw_code | trim) %}
        {% set relation = api.Relation.create(
            database=source.database, schema=source.schema, identifier=source.alias or source.name,
            limit=0 if flags.EMPTY else none) %}
        {# Kept in the node, where streams_read() finds what was read. #}
        {% do node.update({'compiled_code': 'select * from ' ~ sluice.stream(relation)}) %}
    {% endif %}
    {% do return(node.compiled_code) %}
{% endmacro %}


{% macro stage_snapshot(plan, target_relation, target_exists) %}
    {# The rows that dbt is to write: all of a new table, else those that change, marked as its merge step wants. #}
    {% if not plan.changed %}
        {% do return(sluice.create_temp('changes',
            "select *, 'upsert' as dbt_change_type from " ~ target_relation ~ ' where false')) %}
    {% endif %}
    {% set rows = sluice.create_temp('rows', plan.rows) %}
    {% if not target_exists %}
        {% do sluice.count_rows(plan, rows) %}
        {% do return(rows) %}
    {% endif %}
    {% set taken = sluice.sync_columns(target_relation, sluice.columns_of(rows)).taken %}
    {% set names = taken | map(attribute='name') | list %}
    {% set changes = sluice.create_temp('changes',
        'select ' ~ sluice.quoted(names) | join(', ') ~ ', _sluice_change as dbt_change_type from (\n'
        ~ sluice.changed_rows(plan.options, target_relation, names, rows, plan.batch, plan.everything)
        ~ '\n) as changed'
    ) %}
    {% do sluice.count_changes(plan, changes, 'dbt_change_type') %}
    {% do plan.temps.append(rows) %}
    {% do return(changes) %}
{% endmacro %}
