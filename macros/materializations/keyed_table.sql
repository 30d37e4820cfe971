{# PUBLIC: keyed_table #}

{% materialization keyed_table, default %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set full_refresh = sluice.is_full_refresh() %}
    {% do sluice.ensure_state() %}
    {% set recorded = sluice.target_options(sluice.dataset_id(this)) %}
    {% set plan = sluice.keyed_plan(existing, recorded, full_refresh) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% do sluice.begin_transaction() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- the keys that changed, their rows, and how those differ from what the table holds
    {% do sluice.run_sql_header() %}
    {% do sluice.check_contract(sql) %}
    {% set write = sluice.plan_keyed_rows(plan, target_relation, existing) %}
    {% if full_refresh %}{% do sluice.run_script(write.statements, 'rows', in_transaction=true) %}{% endif %}
    {% set counts = write.counts or sluice.count_rows(target_relation) %}

    -- the keys for those who read this table, its rows, and what was read for them
    {% set statements = sluice.changed_keys_statements(model, target_relation, write.changes,
        rewritten=full_refresh or (plan.mode == 'all' and write.changes is not none)) %}
    {% if not full_refresh %}{% do statements.extend(write.statements) %}{% endif %}
    {% set flow = sluice.flow_event(
        'COMPLETED', dict({'num_input_rows': counts.num_upserted_rows}, **counts), started) %}
    {% do statements.extend(sluice.commit_statements(target_relation, plan.ranges, full_refresh,
        {} if plan.record == recorded else {sluice.dataset_id(this): plan.record}, [flow])) %}
    {% do sluice.run_script(statements, 'main', in_transaction=true) %}

    {% do apply_grants(
        target_relation, config.get('grants'), should_revoke(existing, full_refresh_mode=full_refresh)
    ) %}
    {% do persist_docs(target_relation, model) %}
    {% if full_refresh %}{% do create_indexes(target_relation) %}{% endif %}
    {% do sluice.drop_staged(write.staged) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
