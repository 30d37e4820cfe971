{# PUBLIC: quarantine #}

{% macro quarantine(dataset, where='true') %}
    {# The mirror of release(): rows of the table that break a rule with on_violation: drop as it is now go to the
       quarantine, all in one transaction. They are marked first, by a batch below zero: a condition that is not the
       same when it is asked twice can then neither lose nor double a row. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set started = modules.datetime.datetime.now() %}
    {% set node = sluice.streaming_table_node(dataset, 'quarantine') %}
    {% set relation = sluice.relation_of(node) %}
    {% do sluice.check_operation(node, relation, 'quarantine') %}
    {% set rules = sluice.expectations(node) %}
    {% if not rules | selectattr('on_violation', 'equalto', 'drop') | list %}
        {% do log('sluice: ' ~ relation ~ ' has no rule with on_violation: drop, nothing to quarantine', info=true) %}
        {% do return({'judged': 0, 'quarantined': 0}) %}
    {% endif %}
    {% do sluice.raise_errors('sluice.quarantine error', sluice.quarantine_errors(relation, rules), node) %}
    {% set columns = sluice.user_columns(sluice.columns_of(relation)) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% set rows = 'select ' ~ names ~ ', _sluice_batch from ' ~ relation %}
    {% do sluice.begin_transaction() %}
    {% do sluice.check_conditions(rows, [{'name': 'where', 'condition': where}] + rules, node) %}
    {% set dropping = rules | selectattr('on_violation', 'equalto', 'drop') | map(attribute='condition') | list %}
    {% set judged = sluice.query_rows(
        'select count(*) as num_rows from ' ~ relation ~ ' as batch where (' ~ where ~ '\n)')[0].num_rows %}
    {% do run_query(
        'update ' ~ relation ~ ' as batch set _sluice_batch = -_sluice_batch where (' ~ where
        ~ '\n) and not (coalesce((' ~ dropping | join('\n), false) and coalesce((') ~ '\n), false))'
    ) %}
    {% set marked = sluice.stage_table(
        'quarantine', sluice.rows_with_results(rows ~ ' where _sluice_batch < 0', rules), relation) %}
    {% set results = sluice.count_violations(marked, rules, node) %}
    {% if results.rows %}
        {% do sluice.quarantine_marked(node, relation, marked, rules, columns) %}
        {% do run_query('delete from ' ~ relation ~ ' where _sluice_batch < 0') %}
        {# Keyed tables read it anew; in another database that would be another transaction. #}
        {% for reader in sluice.keyed_readers(node) if reader.database == node.database %}
            {% do run_query(sluice.forget_checkpoint_statement(sluice.relation_of(reader), relation)) %}
        {% endfor %}
    {% endif %}
    {# Of the other rules only the rows that were moved are known. #}
    {% set expectations = [] %}
    {% for rule in results.expectations if rule.on_violation == 'drop' %}
        {% do expectations.append(dict(rule, passed_records=judged - rule.failed_records)) %}
    {% endfor %}
    {% do sluice.log_operation('sluice.quarantine', node, relation, dict(results, expectations=expectations), {
        'num_input_rows': judged, 'num_output_rows': judged - results.rows, 'num_dropped_rows': results.rows,
    }, started) %}
    {% do sluice.drop_staged([marked]) %}
    {% do adapter.commit() %}
    {% if node.database != target.database %}{% do sluice.collect_event_logs([node.database]) %}{% endif %}
    {% do sluice.tell_quarantined(node, relation, results) %}
    {% do return({'judged': judged, 'quarantined': results.rows}) %}
{% endmacro %}


{% macro quarantine_marked(node, relation, marked, rules, columns) %}
    {# Puts the marked rows into the quarantine, under the batch that they were in. #}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set rows = sluice.quarantined_rows(marked, rules, columns, '-_sluice_batch', 'true') %}
    {% do sluice.write_quarantined(quarantine, columns, rows) %}
{% endmacro %}


{% macro tell_quarantined(node, relation, results) %}
    {# What was done, and who has read these rows already. #}
    {% set readers = [] %}
    {% for reader in graph.nodes.values() if node.unique_id in reader.depends_on.nodes
        and reader.resource_type in ('model', 'snapshot') %}
        {% set id = sluice.dataset_id(sluice.relation_of(reader)) %}
        {% if sluice.committed_batch(id, sluice.dataset_id(relation), reader.database).batch %}
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
