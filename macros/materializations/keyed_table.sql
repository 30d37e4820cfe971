{# PUBLIC: keyed_table #}

{% materialization keyed_table, default %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = sluice.found_relation(this) %}
    {% do sluice.ensure_state() %}
    {% set recorded = sluice.target_options(sluice.dataset_id(this)) %}
    {% set full_refresh = sluice.is_full_refresh() or sluice.is_unfinished(recorded) %}
    {% set plan = sluice.keyed_plan(existing, recorded, full_refresh) %}
    {% set in_transaction = sluice.needs_transaction(pre_hooks + post_hooks) %}

    {{ sluice.run_hooks_outside(pre_hooks) }}
    {% if in_transaction %}{% do sluice.begin_transaction() %}{% endif %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- the keys that changed, their rows, and how those differ from what the table holds
    {% do sluice.run_sql_header() %}
    {% do sluice.check_contract(sql) %}
    {% set write = sluice.plan_keyed_rows(plan, target_relation, existing) %}

    -- one script: the keys for those who read this table, its rows, and what was read for them
    {% set rewritten = full_refresh or (plan.mode == 'all' and write.changes is not none) %}
    {% set counted = sluice.counts_written(write, target_relation) %}
    {% set metrics = dict({'num_input_rows': counted.metrics.num_upserted_rows}, **counted.metrics) %}
    {% set flow = sluice.flow_event('COMPLETED', metrics, started) %}
    {% set records = {} if plan.record == recorded and not full_refresh
        else {sluice.dataset_id(this): plan.record} %}
    {% set statements = sluice.unfinished_statements(full_refresh)
        + sluice.changed_keys_statements(model, target_relation, write.changes, rewritten=rewritten)
        + write.statements
        + sluice.commit_statements(
            target_relation, plan.ranges, full_refresh, records, [dict(flow, **counted.event)]) %}
    {% do sluice.run_script(
        sluice.claimed(statements, target_relation, plan.version)
        + sluice.drop_statements(write.staged),
        'main', in_transaction, counted.answer) %}
    {% do sluice.tell_counts(metrics) %}
    {% if full_refresh and existing is not none %}{% do adapter.cache_dropped(existing) %}{% endif %}

    {% do sluice.keep_grants_and_docs(target_relation, existing, full_refresh) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {# Also what dbt opened by itself, to write comments. #}
    {% do adapter.commit() %}
    {{ sluice.run_hooks_outside(post_hooks) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
