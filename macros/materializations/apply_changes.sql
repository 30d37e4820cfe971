{% materialization apply_changes, default, supported_languages=['sql', 'python'] %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set afresh = sluice.starts_over() %}
    {% do sluice.check_apply_changes_target(existing, afresh) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% set feed = sluice.change_feed(compiled_code, model.language) %}
    {% do sluice.begin_transaction() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% set columns = sluice.query_columns(feed) %}
    {% set options = sluice.apply_changes_options(columns) %}
    {% set batch = sluice.create_temp('batch', sluice.staged_events(options, columns, feed)) %}
    {% set plan = sluice.apply_events(options, columns, batch, target_relation, afresh) %}
    {% set write = sluice.write_changes(plan, target_relation, existing, afresh) %}
    {% call statement('main') %}
        {{ write }}
    {% endcall %}
    {% if afresh %}{% do sluice.count_rows(plan, target_relation) %}{% endif %}

    {% do sluice.record_checkpoints(sluice.streams_read()) %}
    {% do sluice.log_flow('COMPLETED', plan.metrics, started) %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke(existing, full_refresh_mode=afresh)) %}
    {% do persist_docs(target_relation, model) %}
    {% if afresh %}{% do create_indexes(target_relation) %}{% endif %}
    {% do sluice.drop_temp(plan.temps) %}
    {% do sluice.drop_change_feed(model.language) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
