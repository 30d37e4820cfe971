{# PUBLIC: quarantine #}

{% macro quarantine(dataset=none, where='true') %}
    {# The mirror of release(): rows of the table that break a rule with on_violation: drop as it is now go to the
       quarantine, all in one script. They are chosen once, in a copy: a condition that is not the same when it is asked
       twice can then neither lose nor double a row. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% do sluice.check_arguments('quarantine', kwargs, ['dataset', 'where']) %}
    {% set started = modules.datetime.datetime.now() %}
    {% set node = sluice.streaming_table_node(dataset, 'quarantine') %}
    {% set relation = sluice.relation_of(node) %}
    {% set rules = sluice.expectations(node) %}
    {% set look = sluice.look_at_table(node, relation, 'quarantine', rules) %}
    {% if not sluice.drops(rules) %}
        {% do log('sluice: ' ~ relation ~ ' has no rule with on_violation: drop, nothing to quarantine', info=true) %}
        {% do return({'judged': 0, 'quarantined': 0}) %}
    {% endif %}
    {% do sluice.raise_errors(
        'sluice.quarantine error', sluice.quarantine_errors(relation, rules, look.columns.get('quarantine')), node) %}
    {% set columns = sluice.user_columns(look.columns.table) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% do sluice.check_conditions(
        'select ' ~ names ~ ', _sluice_batch from ' ~ relation, [{'name': 'where', 'condition': where}] + rules, node,
        columns + [sluice.find_column(look.columns.table, '_sluice_batch')]) %}
    {% set dropping = rules | selectattr('on_violation', 'equalto', 'drop') | map(attribute='condition') | list %}
    {% set judged = sluice.query_rows(
        'select count(*) as num_rows from ' ~ relation ~ ' as batch where (' ~ where ~ '\n)')[0].num_rows %}
    {% set broken %}
        select _sluice_row, _sluice_copies, {{ names }}, _sluice_batch
        from {{ sluice.rows_by_id(relation, look.columns.table) }} as batch
        where ({{ where }}
        ) and not (coalesce(({{ dropping | join('\n), false) and coalesce((') }}
        ), false))
    {% endset %}
    {% set batch = sluice.stage_table(
        'quarantine', sluice.every_copy(sluice.rows_with_results(broken, rules)), relation) %}
    {% set results = sluice.count_violations(batch, rules, node) %}
    {% set plan = sluice.quarantine_plan(relation, look, rules, columns, false, node) %}
    {% set statements = sluice.move_statements(relation, look, plan, batch, rules, columns) if results.rows else [] %}
    {% if results.rows %}
        {% do statements.extend(sluice.recount_statements(node, relation)) %}
        {# Keyed tables read it anew; in another database that would be another transaction. #}
        {% for reader in sluice.keyed_readers(node) if reader.database == node.database %}
            {% set place = sluice.relation_of(reader) %}
            {% do statements.extend(sluice.claimed(
                [sluice.forget_checkpoint_statement(place, relation)], place, sluice.planned_version(place))) %}
        {% endfor %}
    {% endif %}
    {# Of the other rules only the rows that were moved are known. #}
    {% set expectations = [] %}
    {% for rule in results.expectations if rule.on_violation == 'drop' %}
        {% do expectations.append(dict(rule, passed_records=judged - rule.failed_records)) %}
    {% endfor %}
    {% set events = sluice.operation_events(
        'sluice.quarantine', node, relation, dict(results, expectations=expectations), {
            'num_input_rows': judged, 'num_output_rows': judged - results.rows, 'num_dropped_rows': results.rows,
        }, started) %}
    {% do statements.extend(sluice.commit_statements(
        relation, [], false, sluice.without_proofs(look.state) if results.rows else {}, events)) %}
    {% do sluice.run_script(
        sluice.claimed(statements, relation, look.state.version) + sluice.drop_statements([batch]), 'operation') %}
    {% if plan.made and results.rows %}{% do adapter.cache_added(plan.made) %}{% endif %}
    {% if node.database != target.get('database') %}{% do sluice.collect_event_logs([node.database]) %}{% endif %}
    {% do sluice.tell_quarantined(node, relation, results) %}
    {% do return({'judged': judged, 'quarantined': results.rows}) %}
{% endmacro %}


{% macro move_statements(relation, look, plan, batch, rules, columns) %}
    {# The statements that move rows from the table into its quarantine, under the batch that they are in. On their way
       they are marked in both places: in the table by a batch below zero, which no reader of batches sees. #}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set marks = [] if plan.made else sluice.mark_column_statements(quarantine, look.columns.quarantine) %}
    {% do return(plan.statements + marks + [
        'update ' ~ relation ~ ' set _sluice_batch = -_sluice_batch where '
            ~ sluice.row_id_expression(look.columns.table) ~ ' in (select _sluice_row from ' ~ batch ~ ')',
        sluice.quarantine_statement(relation, batch, rules, columns, '_sluice_batch', 'true', -1),
        'delete from ' ~ relation ~ ' where _sluice_batch < 0',
        'update ' ~ quarantine ~ ' set _sluice_released_batch = null where _sluice_released_batch < 0',
    ]) %}
{% endmacro %}


{% macro tell_quarantined(node, relation, results) %}
    {# What was done, and who has read these rows already. #}
    {% set readers = [] %}
    {% for reader in graph.nodes.values() if node.unique_id in reader.depends_on.nodes
        and reader.resource_type in ('model', 'snapshot') %}
        {% set id = sluice.dataset_id(sluice.relation_of(reader)) %}
        {% set follows = reader.config.materialized == 'keyed_table'
            or (sluice.target_options(id, reader.database) or {}).get('recount') %}
        {% if sluice.committed_batch(id, sluice.dataset_id(relation), reader.database).batch and not follows %}
            {% do readers.append(sluice.selector_of(reader)) %}
        {% endif %}
    {% endfor %}
    {% do log(
        'sluice: ' ~ results.rows ~ ' rows of ' ~ relation ~ ' break a rule with on_violation: drop'
        ~ (' and are in ' ~ sluice.quarantine_relation(relation) ~ ' now' if results.rows else ', nothing to do')
        ~ ('. What was read before keeps them, so rebuild if it matters: dbt build --full-refresh --select '
            ~ readers | sort | join(' ') if results.rows and readers else ''), info=true
    ) %}
{% endmacro %}
