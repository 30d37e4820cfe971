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
