{# PUBLIC: release #}

{% macro release(dataset, where='true') %}
    {# Evaluates quarantined rows by the rules as they are now; those that pass become the table's next batch, all in
       one transaction. The rows are marked first, by a batch below zero: a condition that is not the same when it is
       asked twice can then neither lose nor double a row. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set started = modules.datetime.datetime.now() %}
    {% set node = sluice.streaming_table_node(dataset, 'release') %}
    {% set relation = sluice.relation_of(node) %}
    {% do sluice.check_operation(node, relation, 'release') %}
    {% set quarantine = load_cached_relation(sluice.quarantine_relation(relation)) %}
    {% if quarantine is none or not sluice.is_quarantine(quarantine) %}
        {% do log('sluice: ' ~ relation ~ ' has no quarantine, nothing to release', info=true) %}
        {% do return({'judged': 0, 'released': 0, 'held': 0}) %}
    {% endif %}
    {% set rules = sluice.expectations(node) %}
    {% set columns = sluice.release_columns(relation, quarantine) %}
    {% set marked = sluice.marked_rows(quarantine, columns.all) %}
    {% do sluice.begin_transaction() %}
    {% do sluice.check_conditions('select * from ' ~ quarantine, [{'name': 'where', 'condition': where}], node) %}
    {% do sluice.check_conditions(marked, rules, node) %}
    {% do run_query('update ' ~ quarantine ~ ' set _sluice_batch = -_sluice_batch where (' ~ where ~ '\n)') %}
    {% set batch = sluice.stage_table('release', sluice.rows_with_results(marked, rules), relation) %}
    {% set results = sluice.count_violations(batch, rules, node) %}
    {% set counts = {
        'judged': results.rows, 'released': results.rows - results.dropped, 'held': results.dropped,
    } %}
    {% set range = sluice.range_of(sluice.next_batch(relation), counts.released) %}
    {% do run_query(sluice.append_statement(relation, batch, rules, columns.table, range.to)) %}
    {% do sluice.return_to_quarantine(quarantine, batch, rules, columns.quarantine) %}
    {% for sql in sluice.checkpoint_statements([range], false, relation) %}{% do run_query(sql) %}{% endfor %}
    {% do sluice.log_operation('sluice.release', node, relation, results, {
        'num_input_rows': counts.judged, 'num_output_rows': counts.released, 'num_dropped_rows': counts.held,
    }, started) %}
    {% do sluice.drop_staged([batch]) %}
    {% do adapter.commit() %}
    {% if node.database != target.database %}{% do sluice.collect_event_logs([node.database]) %}{% endif %}
    {% do log('sluice: ' ~ counts.judged ~ ' quarantined rows of ' ~ relation ~ ' were judged, ' ~ counts.released
        ~ ' released' ~ (' as batch ' ~ range.to if counts.released else '') ~ ', ' ~ counts.held ~ ' held back',
        info=true) %}
    {% do return(counts) %}
{% endmacro %}


{% macro check_operation(node, relation, operation) %}
    {# An operation needs a streaming table that has run before. #}
    {% set table = load_cached_relation(relation) %}
    {% if table is none or sluice.find_column(sluice.columns_of(table), '_sluice_batch') is none %}
        {% do sluice.raise_errors('sluice.' ~ operation ~ ' error', [
            relation ~ (' is not there' if table is none else ' is no streaming table (it has no _sluice_batch)')
            ~ '; way out: dbt build --select ' ~ sluice.selector_of(node),
        ], node) %}
    {% endif %}
{% endmacro %}


{% macro release_columns(relation, quarantine) %}
    {# The user's columns of the table, of its quarantine, and of both together. #}
    {% set table = sluice.user_columns(sluice.columns_of(relation)) %}
    {% set quarantined = sluice.user_columns(sluice.columns_of(quarantine)) %}
    {% set all = quarantined | list %}
    {% for column in table if sluice.find_column(quarantined, column.name) is none %}
        {% do all.append(column) %}
    {% endfor %}
    {% do return({'table': table, 'quarantine': quarantined, 'all': all}) %}
{% endmacro %}


{% macro marked_rows(quarantine, columns) %}
    {# The rows that were chosen for the release, with the table's columns too, null where the quarantine has none. #}
    {% set quarantined = sluice.columns_of(quarantine) %}
    select
        {%- for column in columns %}
        {%- set name = sluice.quote(column.name) %}
        {{ name if sluice.find_column(quarantined, column.name) else 'cast(null as ' ~ column.dtype ~ ') as ' ~ name }},
        {%- endfor %}
        _sluice_batch,
        _sluice_update_id,
        _sluice_quarantined_at
    from {{ quarantine }}
    where _sluice_batch < 0
{% endmacro %}


{% macro return_to_quarantine(quarantine, batch, rules, columns) %}
    {# The marked rows leave the quarantine, and those that still break a rule come back with its name. #}
    {% do run_query('delete from ' ~ quarantine ~ ' where _sluice_batch < 0') %}
    {% if not rules %}{% do return(none) %}{% endif %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% set statement %}
        insert into {{ quarantine }}
            ({{ names }}, _sluice_violations, _sluice_batch, _sluice_update_id, _sluice_quarantined_at)
        select {{ names }}, {{ sluice.violations(rules) }}, -_sluice_batch, _sluice_update_id, _sluice_quarantined_at
        from {{ batch }} as _sluice_rows
        where not ({{ sluice.passed_condition(rules) }})
    {% endset %}
    {% do run_query(statement) %}
{% endmacro %}


{% macro log_operation(operation, node, relation, results, metrics, started) %}
    {# An operation is an update of its own: hooks do not run around it, so all of its events are written here. #}
    {% do sluice.log_events([
        sluice.update_created(operation, operation ~ ' of ' ~ node.name),
        sluice.flow_event('COMPLETED', metrics, started, results.expectations, node, relation),
        sluice.update_ended([]),
    ], relation.database) %}
{% endmacro %}
