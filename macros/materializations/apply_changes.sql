{# PUBLIC: apply_changes #}

{% materialization apply_changes, default, supported_languages=['sql', 'python'] %}
    {% set started = modules.datetime.datetime.now() %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set existing = sluice.found_relation(this) %}
    {% set reads = sluice.python_reads() %}
    {% set ranges = sluice.ranges_read() %}
    {% do sluice.ensure_state() %}
    {% set state = sluice.node_state() %}
    {% set recorded = state.options.get(state.dataset) %}
    {% set full_refresh = sluice.is_full_refresh() or sluice.is_unfinished(recorded) %}
    {% do sluice.check_apply_changes_target(existing, recorded, full_refresh) %}
    {% set in_transaction = sluice.needs_transaction(pre_hooks + post_hooks) %}

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
    {% set feed = sluice.rows_without_python(
        reads, ranges, plans, columns=[] if full_refresh else (recorded or {}).get('state', {}).get('feed', [])) %}
    {% if feed is none %}
        {% do sluice.make_room_for_python() %}
        {% call statement('python_feed', language='python', auto_begin=false) %}
            {{- sluice.python_feed(compiled_code, sluice.reads_of_plans(reads, plans)) }}
        {% endcall %}
        {% set feed = sluice.landed_feed(reads, ranges, plans) %}
    {% endif %}
    {% set plans = feed.plans %}
    {% if in_transaction %}{% do sluice.begin_transaction() %}{% endif %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    -- what the events of this run make of the target: read and planned, nothing is written
    {% do sluice.run_sql_header() %}
    {% set source = sluice.event_source(feed.query, recorded, full_refresh, plans, feed.ranges) %}
    {% set plan = sluice.plan_changes(source, recorded, full_refresh) %}
    {% set write = sluice.write_changes(plan, target_relation, existing, full_refresh) %}

    -- one script: the rows, the events where they are kept, and last what was read for them
    {% set counted = sluice.counts_written(write, target_relation) %}
    {% set arrived = source.arrived or {'counts': {}, 'events': [], 'staged': []} %}
    {% set metrics = dict(plan.counts, **dict(arrived.counts, **counted.metrics)) %}
    {% set warnings = plan.warnings + arrived.events + sluice.failed_files_events(plans, read_errors) %}
    {% set flow = sluice.flow_event('COMPLETED', metrics, started) %}
    {% set statements = sluice.unfinished_statements(full_refresh)
        + sluice.written(model, target_relation, plan, write, full_refresh) + plan.statements
        + sluice.files_statements(plans, read_errors, source.arrived, full_refresh)
        + sluice.commit_statements(
            target_relation, plan.ranges, full_refresh, plan.records, warnings + [dict(flow, **counted.event)]) %}
    {% do sluice.run_script(
        sluice.claimed(statements, target_relation, state.version)
        + sluice.drop_statements(plan.staged + write.staged + arrived.staged + feed.staged),
        'main', in_transaction, counted.answer) %}
    {% do sluice.tell_counts(metrics) %}
    {% if full_refresh and existing is not none %}{% do adapter.cache_dropped(existing) %}{% endif %}

    {% do sluice.keep_grants_and_docs(target_relation, existing, full_refresh) %}
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
