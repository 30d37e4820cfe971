{# PUBLIC: release #}

{% macro release(dataset=none, where='true') %}
    {# Evaluates quarantined rows by the rules as they are now; those that pass become the table's next batch, all in
       one script. Each row is judged once, in a copy: a condition that is not the same when it is asked twice can then
       neither lose nor double it. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% do sluice.check_arguments('release', kwargs, ['dataset', 'where']) %}
    {% set started = modules.datetime.datetime.now() %}
    {% set node = sluice.streaming_table_node(dataset, 'release') %}
    {% set relation = sluice.relation_of(node) %}
    {% set look = sluice.look_at_table(node, relation, 'release') %}
    {% set quarantine = load_cached_relation(sluice.quarantine_relation(relation)) %}
    {% if not sluice.is_quarantine(quarantine, look.columns.get('quarantine')) %}
        {% do log('sluice: ' ~ relation ~ ' has no quarantine, nothing to release', info=true) %}
        {% do return({'judged': 0, 'released': 0, 'held': 0}) %}
    {% endif %}
    {% set rules = sluice.expectations(node) %}
    {% set columns = sluice.release_columns(look.columns) %}
    {% set judged = sluice.judged_rows(quarantine, look.columns.quarantine, columns.all, where) %}
    {% do sluice.check_conditions(
        'select * from ' ~ quarantine, [{'name': 'where', 'condition': where}], node, look.columns.quarantine) %}
    {% do sluice.check_conditions(judged, rules, node, columns.all) %}
    {% set batch = sluice.stage_table(
        'release', sluice.every_copy(sluice.rows_with_results(judged, rules)), relation) %}
    {% set results = sluice.count_violations(batch, rules, node) %}
    {% set counts = {
        'judged': results.rows, 'released': results.rows - results.dropped, 'held': results.dropped,
    } %}
    {% set range = sluice.next_range(look.state, false, counts.released) %}
    {% set statements = sluice.mark_column_statements(quarantine, look.columns.quarantine) %}
    {% if counts.judged %}
        {% do statements.append(sluice.mark_statement(
            quarantine, look.columns.quarantine, batch, rules, range.to)) %}
    {% endif %}
    {% if counts.released %}
        {% do statements.append(sluice.append_statement(relation, batch, rules, columns.table, range.to)) %}
    {% endif %}
    {% set events = sluice.operation_events('sluice.release', node, relation, results, {
        'num_input_rows': counts.judged, 'num_output_rows': counts.released, 'num_dropped_rows': counts.held,
    }, started) %}
    {% do statements.extend(sluice.commit_statements(
        relation, [range], false, sluice.without_proofs(look.state) if counts.released else {}, events)) %}
    {% if counts.released %}
        {% do statements.append('delete from ' ~ quarantine ~ ' where _sluice_released_batch = ' ~ range.to) %}
    {% endif %}
    {% do sluice.run_script(
        sluice.claimed(statements, relation, look.state.version) + sluice.drop_statements([batch]), 'operation') %}
    {% if node.database != target.get('database') %}{% do sluice.collect_event_logs([node.database]) %}{% endif %}
    {% do log('sluice: ' ~ counts.judged ~ ' quarantined rows of ' ~ relation ~ ' were judged, ' ~ counts.released
        ~ ' released' ~ (' as batch ' ~ range.to if counts.released else '') ~ ', ' ~ counts.held ~ ' held back',
        info=true) %}
    {% do return(counts) %}
{% endmacro %}


{% macro release_columns(columns) %}
    {# The user's columns of the table, and of it and its quarantine together. #}
    {% set table = sluice.user_columns(columns.table) %}
    {% set all = sluice.user_columns(columns.quarantine) %}
    {% for column in table if sluice.find_column(all, column.name) is none %}
        {% do all.append(column) %}
    {% endfor %}
    {% do return({'table': table, 'all': all}) %}
{% endmacro %}


{% macro judged_rows(quarantine, present, columns, where) %}
    {# The rows that were chosen for the release, with the table's columns too, null where the quarantine has none. #}
    select
        _sluice_row,
        _sluice_copies,
        {%- for column in columns %}
        {%- set name = sluice.quote(column.name) %}
        {{ name if sluice.find_column(present, column.name) else 'cast(null as ' ~ column.dtype ~ ') as ' ~ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ sluice.rows_by_id(quarantine, present) }} as batch
    where true and ({{ where }}
    )
{% endmacro %}


{% macro mark_statement(quarantine, present, batch, rules, number) %}
    {# The statement that marks the rows that pass with the number of their batch; what the others break by now is noted
       with them. #}
    {# A merge in DuckLake has one action for rows that match. #}
    {% set passed = sluice.passed_condition(rules) %}
    merge into {{ quarantine }} as _sluice_quarantined
    using {{ sluice.one_of_each_row(batch) }} as _sluice_judged
        on {{ sluice.row_id_expression(present, '_sluice_quarantined') }} = _sluice_judged._sluice_row
    when matched then update set
        _sluice_released_batch = case when {{ passed }} then {{ number }}
            else _sluice_quarantined._sluice_released_batch end
        {%- if rules %},
        _sluice_violations = case when {{ passed }} then _sluice_quarantined._sluice_violations
            else {{ sluice.violations(rules) }} end
        {%- endif %}
{% endmacro %}
