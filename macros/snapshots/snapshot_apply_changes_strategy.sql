{% macro snapshot_apply_changes_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {# The whole work is done here, once: dbt asks for the staging query twice. The three overrides beside this
       file hand what is found to dbt's own snapshot materialization, which creates columns, hooks and docs. #}
    {% set started = modules.datetime.datetime.now() %}
    {% do sluice.check_snapshot_dispatch() %}
    {% do sluice.begin_transaction() %}
    {% set sql = node.compiled_code %}
    {% set columns = sluice.query_columns(sql) %}
    {% set options = sluice.apply_changes_options(columns) %}
    {% set batch = sluice.create_temp('batch', sluice.staged_events(options, columns, sql)) %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set plan = sluice.apply_events(options, columns, batch, target_relation, not target_exists) %}
    {% set rows = sluice.create_temp('rows', plan.rows) %}
    {% if target_exists %}
        {% set staging = sluice.stage_snapshot(plan, rows, target_relation) %}
    {% else %}
        {% do sluice.count_rows(plan, rows) %}
        {% set staging = rows %}
    {% endif %}
    {% do sluice.record_checkpoints(sluice.streams_read()) %}
    {% do sluice.log_flow('COMPLETED', plan.metrics, started) %}
    {% do sluice.drop_temp(plan.temps) %}
    {% do return({
        'unique_key': options['keys'], 'updated_at': none, 'row_changed': none, 'scd_id': none,
        'hard_deletes': options.hard_deletes, 'staging': staging, 'options': options,
    }) %}
{% endmacro %}
