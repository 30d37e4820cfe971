{# PUBLIC: streaming_table #}

{% materialization streaming_table, default %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set full_refresh = sluice.is_full_refresh() %}
    {% set rules = sluice.expectations() %}
    {% set ranges = sluice.ranges_read() %}
    {% do sluice.ensure_state() %}
    {% set state = sluice.node_state() %}
    {% set recorded = state.options.get(state.dataset, {}) %}
    {% do sluice.check_streaming_table(existing, state, ranges, sluice.plans_made(), full_refresh, rules) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% set plans = sluice.plans_without_vanished_files() %}
    {% do sluice.check_lost_files(plans) %}
    {% set query = sluice.query_of_plans(sql, plans) %}
    {% set read_errors = {} %}
    {% if plans | selectattr('failed') | list %}
        {# Python asks over a connection of its own, which sees and shows only what is committed. #}
        {% do sluice.begin_transaction() %}
        {% do adapter.commit() %}
        {% call statement('read_errors', language='python', auto_begin=false) %}
            {{- sluice.find_read_errors(plans, sluice.read_errors_relation()) }}
        {% endcall %}
        {% set read_errors = sluice.take_read_errors() %}
    {% endif %}
    {% do sluice.begin_transaction() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- the batch, evaluated in one pass; a broken contract or a rule with on_violation: fail ends the run here
    {% do sluice.run_sql_header() %}
    {% do sluice.check_contract(query) %}
    {% do sluice.check_conditions(query, rules) %}
    {% set staged = sluice.stage_batch(query, rules, started) %}

    -- the tables, the rows, and what was read for them
    {% set columns = sluice.batch_columns(staged.rows, rules) %}
    {% set taken = sluice.prepare_streaming_table(target_relation, existing, full_refresh, columns) %}
    {% if not full_refresh %}{% do sluice.warn_later_rules(target_relation, recorded, rules) %}{% endif %}
    {% set batch = sluice.append_batch(target_relation, staged, rules, columns, taken, full_refresh) %}
    {% do sluice.record_rules(recorded, rules) %}
    {% do sluice.record_files(plans, read_errors, batch, taken, full_refresh) %}
    {% set flow = sluice.flow_event('COMPLETED', {
        'num_input_rows': batch.results.rows,
        'num_output_rows': batch.results.rows - batch.results.dropped,
        'num_dropped_rows': batch.results.dropped,
    }, started, batch.results.expectations) %}
    {% for sql in sluice.commit_statements(
        target_relation, ranges + [batch.range], full_refresh, {}, [flow]) %}{% do run_query(sql) %}{% endfor %}

    {% do apply_grants(
        target_relation, config.get('grants'), should_revoke(existing, full_refresh_mode=full_refresh)
    ) %}
    {% do persist_docs(target_relation, model) %}
    {% if full_refresh %}{% do create_indexes(target_relation) %}{% endif %}
    {% do sluice.drop_staged(staged.staged) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    -- files that were read long enough ago leave the landing folder
    {% set due = sluice.files_to_clean(plans) %}
    {% if due %}
        {% call statement('clean_source', language='python', auto_begin=false) %}
            {{- sluice.clean_files(due) }}
        {% endcall %}
    {% endif %}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
