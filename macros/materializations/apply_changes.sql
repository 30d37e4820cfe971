{# PUBLIC: apply_changes #}

{% materialization apply_changes, default, supported_languages=['sql', 'python'] %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set full_refresh = sluice.is_full_refresh() %}
    {% do sluice.ensure_state() %}
    {% set recorded = sluice.target_options(sluice.dataset_id(this)) %}
    {% do sluice.check_apply_changes_target(existing, recorded, full_refresh) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% set landed = [] %}
    {% if model.language == 'python' %}
        {# dbt lets only a materialization itself run Python; it may use a connection of its own, which sees and
           shows only what is committed. #}
        {% do landed.append(sluice.python_feed_relation()) %}
        {% do sluice.begin_transaction() %}
        {% do adapter.commit() %}
        {% do sluice.drop_staged(landed) %}
        {% call statement('python_feed', language='python', auto_begin=false) %}
            {{- sluice.python_feed(landed[0], compiled_code) }}
        {% endcall %}
    {% endif %}
    {% do sluice.begin_transaction() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- the batch, added to the kept events
    {% do sluice.run_sql_header() %}
    {% set feed = sluice.landed_feed(landed[0]) if landed else compiled_code %}
    {% set ranges = sluice.ranges_read() %}
    {% set columns = sluice.query_columns(feed) %}
    {% set kept = sluice.names_kept(columns, recorded, full_refresh and ranges | length > 0) %}
    {% set options = sluice.apply_changes_options(model, columns, kept) %}
    {% do sluice.check_contract(sluice.contract_query(options, columns, feed)) %}
    {% set batch = sluice.stage_table('batch', sluice.staged_events(options, columns, feed)) %}
    {% set plan = sluice.apply_events(options, batch, recorded, ranges, full_refresh) %}

    -- the rows of the target that follow from it
    {% set write = sluice.write_changes(plan, target_relation, existing, full_refresh) %}
    {% for sql in sluice.target_changed_keys(model, target_relation, plan, write, full_refresh) %}
        {%- do run_query(sql) %}{% endfor %}
    {% for sql in write.statements[:-1] %}{% do run_query(sql) %}{% endfor %}
    {% call statement('main') %}
        {{ write.statements[-1] }}
    {% endcall %}
    {% set written = sluice.count_rows(target_relation) if full_refresh else write.counts %}

    {% set flow = sluice.flow_event('COMPLETED', dict(plan.counts, **written), started) %}
    {% for sql in sluice.commit_statements(target_relation, ranges, full_refresh, {}, [flow]) %}
        {% do run_query(sql) %}
    {% endfor %}

    {% do apply_grants(
        target_relation, config.get('grants'), should_revoke(existing, full_refresh_mode=full_refresh)
    ) %}
    {% do persist_docs(target_relation, model) %}
    {% if full_refresh %}{% do create_indexes(target_relation) %}{% endif %}
    {% do sluice.drop_staged(plan.staged + write.staged + landed) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
