{# PUBLIC: streaming_table #}

{% materialization streaming_table, default, supported_languages=['sql', 'python'] %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = sluice.found_relation(this) %}
    {% set rules = sluice.expectations() %}
    {% set reads = sluice.python_reads() %}
    {% set ranges = sluice.ranges_read() %}
    {% do sluice.ensure_state() %}
    {% set state = sluice.node_state() %}
    {% set recorded = state.options.get(state.dataset, {}) %}
    {% set starts_over = sluice.is_full_refresh() or state.unfinished %}
    {% do sluice.check_streaming_table(existing, state, ranges, sluice.plans_made(), starts_over, rules) %}

    {{ sluice.run_hooks_outside(pre_hooks) }}
    {% set plans = sluice.plans_without_vanished_files() %}
    {% do sluice.check_lost_files(plans) %}
    {% set read_errors = sluice.told_read_errors(plans) %}
    {% if plans | selectattr('failed') | list and sluice.runs_python() %}
        {% call statement('read_errors', language='python', auto_begin=false) %}
            {{- sluice.find_read_errors(plans, sluice.read_errors_relation()) }}
        {% endcall %}
        {% set read_errors = sluice.take_read_errors() %}
    {% endif %}
    {% set source = sluice.rows_without_python(reads, ranges, plans, none if starts_over else existing) %}
    {% if source is none %}
        {% do sluice.make_room_for_python() %}
        {% call statement('python_feed', language='python', auto_begin=false) %}
            {{- sluice.python_feed(compiled_code, sluice.reads_of_plans(reads, plans)) }}
        {% endcall %}
        {% set source = sluice.landed_feed(reads, ranges, plans) %}
    {% endif %}
    {% set query, ranges, plans = source.query, source.ranges, source.plans %}
    {% set in_transaction = sluice.needs_transaction(pre_hooks + post_hooks) %}
    {% if in_transaction %}{% do sluice.begin_transaction() %}{% endif %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- what is there, and whether it is what was checked last time
    {% do sluice.run_sql_header() %}
    {% set look = sluice.look_at_batch(query, rules, ranges, plans, existing) %}
    {% do sluice.check_places(existing, state, look.columns, starts_over, rules) %}
    {% set columns = sluice.batch_columns(look.columns.query) %}
    {% set record = sluice.rows_record(rules, sluice.signature(query, columns, rules, ranges, plans), ranges, plans) %}
    {% set is_unchecked = starts_over or record.signature != recorded.get('signature') %}
    {% if is_unchecked %}
        {% do sluice.check_contract(query) %}
        {% do sluice.check_conditions(query, rules, columns=columns) %}
    {% endif %}

    -- the plan: the batch, evaluated in one pass (a rule with on_violation: fail ends the run here), and the tables
    {% set batch = sluice.stage_batch(query if look.found else none, rules, plans, columns, started, state) %}
    {% set table = sluice.table_plan(target_relation, existing, columns, look.columns.table, starts_over) %}
    {% set range = sluice.next_range(
        state, starts_over, batch.results.rows > 0 or (not starts_over and table.statements | length > 0)) %}
    {% set quarantine = sluice.quarantine_plan(target_relation, look, rules, columns, starts_over) %}
    {% set unbroken = [] if starts_over else sluice.warn_later_rules(
        target_relation, look.columns.table, table['all'], recorded, rules) %}
    {% set record = dict(record, proved=sluice.proved_rules(rules, recorded, starts_over, unbroken)) %}
    {% set metrics = dict(sluice.batch_metrics(batch.results, plans), **batch.forgotten) %}
    {% set flow = sluice.flow_event('COMPLETED', metrics, started, batch.results.expectations) %}
    {% do flow.details.update({'held_rules': sluice.held_rules(rules, batch.results, record.proved)}) %}

    -- the script, in an order that bears to be cut off anywhere (docs/decisions/0007)
    {% set statements = sluice.repair_statements(
        target_relation, state, look.columns.get('quarantine', []), starts_over)
        + table.statements + quarantine.statements
        + sluice.batch_statements(target_relation, batch, rules, columns, table.taken, range.to)
        + (sluice.index_statements(target_relation) if starts_over else [])
        + sluice.ledger_statements(plans, read_errors, dict(batch, range=range), table.taken, starts_over)
        + sluice.commit_statements(
            target_relation, ranges + [range], starts_over,
            dict(sluice.schema_records(plans), **({} if record == recorded else {state.dataset: record})),
            batch.events + sluice.failed_files_events(plans, read_errors) + [flow]) %}
    {% do sluice.run_script(
        sluice.claimed(statements, target_relation, state.version)
        + sluice.drop_statements(batch.staged + source.staged), 'main', in_transaction) %}
    {% do sluice.tell_counts(metrics) %}
    {% do sluice.tell_cache(
        [existing if starts_over else none, quarantine.dropped],
        [target_relation if starts_over else none, quarantine.made]) %}

    {% if look.found or is_unchecked %}
        {% do sluice.keep_grants_and_docs(target_relation, existing, starts_over) %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {# Also what dbt opened by itself, to write comments. #}
    {% do adapter.commit() %}
    {{ sluice.run_hooks_outside(post_hooks) }}

    -- files that were read long enough ago leave the landing folder
    {% set due = sluice.files_to_clean(plans) %}
    {% if due %}
        {% call statement('clean_source', language='python', auto_begin=false) %}
            {{- sluice.clean_files(due) }}
        {% endcall %}
    {% endif %}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
