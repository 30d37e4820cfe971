{% materialization apply_changes, default, supported_languages=['sql', 'python'] %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set afresh = sluice.starts_over() %}
    {% set recorded = sluice.check_apply_changes_target(existing, afresh) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% if model.language == 'python' %}
        {# dbt lets only a materialization itself run Python; it may use a connection of its own, which sees and
           shows only what is committed. #}
        {% do sluice.begin_transaction() %}
        {% do adapter.commit() %}
        {% set landed = sluice.python_feed_relation() %}
        {% do run_query('drop table if exists ' ~ landed) %}
        {% call statement('python_feed', language='python', auto_begin=false) %}
            {{- sluice.python_feed(landed, compiled_code) }}
        {% endcall %}
    {% endif %}
    {% do sluice.begin_transaction() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- the batch, added to the kept events
    {% do sluice.run_sql_header() %}
    {% set feed = compiled_code if landed is not defined else sluice.landed_feed(landed) %}
    {% set columns = sluice.query_columns(feed) %}
    {% set options = sluice.apply_changes_options(model, columns) %}
    {% do sluice.check_contract(sluice.target_columns(options, columns, feed)) %}
    {% set batch = sluice.create_temp('batch', sluice.staged_events(options, columns, feed)) %}
    {% set plan = sluice.apply_events(options, batch, recorded, afresh) %}

    -- the rows of the target that follow from it
    {% set write = sluice.write_changes(plan, target_relation, existing, afresh) %}
    {% call statement('main') %}
        {{ write }}
    {% endcall %}
    {% if afresh %}{% do sluice.count_rows(plan, target_relation) %}{% endif %}

    {% do sluice.record_checkpoints(sluice.streams_read(), afresh) %}
    {% do sluice.log_flow('COMPLETED', plan.metrics, started) %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke(existing, full_refresh_mode=afresh)) %}
    {% do persist_docs(target_relation, model) %}
    {% if afresh %}{% do create_indexes(target_relation) %}{% endif %}
    {% do sluice.drop_temp(plan.temps + ([landed] if landed is defined else [])) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
