{% materialization streaming_table, default %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {% set afresh = sluice.starts_over() %}
    {% set rules = sluice.expectations() %}
    {% set positions = sluice.streams_read() %}
    {% set plans = sluice.files_read() %}
    {% do sluice.check_streaming_table(existing, positions, afresh, rules) %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% set query = sluice.without_vanished_files(sql, plans) %}
    {% if plans | selectattr('failed') | list %}
        {# Python asks over a connection of its own, which sees and shows only what is committed. #}
        {% do sluice.begin_transaction() %}
        {% do adapter.commit() %}
        {% set answers = sluice.reasons_relation() %}
        {% call statement('reasons', language='python', auto_begin=false) %}
            {{- sluice.find_reasons(plans, answers) }}
        {% endcall %}
        {% do sluice.note_reasons(plans, answers) %}
    {% endif %}
    {% do sluice.begin_transaction() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- the batch, judged in one pass; a broken contract or a rule with on_violation: fail ends the run here
    {% do sluice.run_sql_header() %}
    {% do sluice.check_contract(query) %}
    {% do sluice.check_conditions(query, rules) %}
    {% set batch = sluice.stage_batch(query, rules, started) %}

    -- the tables, and the number of this batch
    {% set columns = sluice.streaming_columns(batch.rows) %}
    {% set head = sluice.next_batch(existing, afresh, batch.judgement.rows) %}
    {% set taken = sluice.prepare_streaming_table(target_relation, existing, afresh, columns) %}
    {% if afresh %}{% do sluice.drop_quarantine(target_relation) %}{% endif %}
    {% if rules | selectattr('on_violation', 'equalto', 'drop') | list %}
        {% do sluice.write_quarantine(target_relation, batch.rows, rules, columns, head) %}
    {% endif %}
    {% call statement('main') %}
        {{ sluice.insert_batch(target_relation, batch.rows, rules, taken, head) }}
    {% endcall %}
    {% do sluice.settle_batch(batch, target_relation, head) %}

    {% do sluice.record_checkpoints(positions + [head], afresh) %}
    {% do sluice.record_files(plans, batch.rows, taken, afresh, head) %}
    {% do sluice.log_flow('COMPLETED', {
        'num_input_rows': batch.judgement.rows,
        'num_output_rows': batch.judgement.rows - batch.judgement.dropped,
        'num_dropped_rows': batch.judgement.dropped,
    }, started, batch.judgement.expectations) %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke(existing, full_refresh_mode=afresh)) %}
    {% do persist_docs(target_relation, model) %}
    {% if afresh %}{% do create_indexes(target_relation) %}{% endif %}
    {% do sluice.drop_temp(batch.temps) %}
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
