{% macro release(dataset, where='true') %}
    {# Run by `dbt run-operation sluice.release --args '{dataset: customers_cdc_silver}'`. Judges quarantined rows by the
       rules as they are now; those that pass become the table's next batch, all in one transaction. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set started = modules.datetime.datetime.now() %}
    {% set node = sluice.streaming_table_node(dataset, 'release') %}
    {% set relation = sluice.relation_of(node) %}
    {% set quarantine = sluice.check_release(node, relation) %}
    {% if quarantine is none %}
        {% do log('sluice: ' ~ relation ~ ' has no quarantine, nothing to release', info=true) %}
        {% do return({'judged': 0, 'released': 0, 'held': 0}) %}
    {% endif %}
    {% set rules = sluice.expectations(node) %}
    {% do sluice.begin_transaction() %}
    {% set columns = sluice.release_columns(relation, quarantine) %}
    {% set batch = sluice.release_batch(node, relation, quarantine, columns.all, rules, where) %}
    {% set judgement = sluice.judge(batch, rules, node) %}
    {% set counts = {'judged': judgement.rows, 'released': judgement.rows - judgement.dropped, 'held': judgement.dropped} %}
    {% set head = sluice.next_batch(relation, false, counts.released, relation) %}
    {% do run_query(sluice.insert_batch(relation, batch, rules, columns.table, head)) %}
    {% do sluice.hold_back(quarantine, batch, rules, columns.quarantine) %}
    {% do sluice.record_checkpoints([head], false, relation) %}
    {% do sluice.log_release(node, relation, judgement, counts, started) %}
    {% do sluice.drop_temp([batch]) %}
    {% do adapter.commit() %}
    {% if node.database != target.database %}{% do sluice.gather_events([node.database]) %}{% endif %}
    {% do log('sluice: ' ~ counts.judged ~ ' quarantined rows of ' ~ relation ~ ' were judged, ' ~ counts.released
        ~ ' released' ~ (' as batch ' ~ head.to if counts.released else '') ~ ', ' ~ counts.held ~ ' held back', info=true) %}
    {% do return(counts) %}
{% endmacro %}


{% macro check_release(node, relation) %}
    {# The quarantine of a table that has run before, or none where it has none. #}
    {% set table = adapter.get_relation(relation.database, relation.schema, relation.identifier) %}
    {% if table is none or sluice.column_named(sluice.columns_of(table), '_sluice_batch') is none %}
        {% do sluice.raise_errors('sluice.release error', [
            relation ~ (' is not there' if table is none else ' is no streaming table (it has no _sluice_batch)')
            ~ '; way out: dbt build --select ' ~ sluice.dataset_name(node),
        ], node) %}
    {% endif %}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set existing = adapter.get_relation(quarantine.database, quarantine.schema, quarantine.identifier) %}
    {% do return(existing if existing is not none and sluice.is_quarantine(existing) else none) %}
{% endmacro %}


{% macro release_columns(relation, quarantine) %}
    {# The user's columns of the table, of its quarantine, and of both together. #}
    {% set columns = {'table': [], 'quarantine': [], 'all': []} %}
    {% for name, source in [('quarantine', quarantine), ('table', relation)] %}
        {% for column in sluice.columns_of(source) if not sluice.is_reserved(column.name) %}
            {% do columns[name].append(column) %}
            {% if sluice.column_named(columns.all, column.name) is none %}{% do columns.all.append(column) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro release_batch(node, relation, quarantine, columns, rules, where) %}
    {# The chosen rows, judged. They are marked first, by a batch below zero: a condition that is not the same when it
       is asked twice can then neither lose nor double a row. #}
    {% set known = sluice.columns_of(quarantine) %}
    {% set values = ['_sluice_batch', '_sluice_update_id', '_sluice_quarantined_at'] %}
    {% for column in columns %}
        {% set name = sluice.quote(column.name) %}
        {% do values.append(
            name if sluice.column_named(known, column.name) is not none else 'cast(null as ' ~ column.dtype ~ ') as ' ~ name) %}
    {% endfor %}
    {% set rows = 'select ' ~ values | join(', ') ~ ' from ' ~ quarantine ~ ' where _sluice_batch < 0' %}
    {% do sluice.check_conditions('select * from ' ~ quarantine, [{'name': 'where', 'condition': where}], node) %}
    {% do sluice.check_conditions(rows, rules, node) %}
    {% do run_query('update ' ~ quarantine ~ ' set _sluice_batch = -_sluice_batch where (' ~ where ~ '\n)') %}
    {% do return(sluice.create_temp('release', sluice.judged_rows(rows, rules), relation)) %}
{% endmacro %}


{% macro hold_back(quarantine, batch, rules, columns) %}
    {# The marked rows leave the quarantine, and those that still break a rule come back with its name. #}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% do run_query('delete from ' ~ quarantine ~ ' where _sluice_batch < 0') %}
    {% if rules %}
        {% do run_query(
            'insert into ' ~ quarantine ~ ' (' ~ names ~ ', _sluice_violations, _sluice_batch, _sluice_update_id, _sluice_quarantined_at)\n'
            ~ 'select ' ~ names ~ ', ' ~ sluice.violations(rules) ~ ', -_sluice_batch, _sluice_update_id, _sluice_quarantined_at\n'
            ~ 'from ' ~ batch ~ ' where not (' ~ sluice.kept(rules) ~ ')'
        ) %}
    {% endif %}
{% endmacro %}


{% macro log_release(node, relation, judgement, counts, started) %}
    {# A release is an update of its own: hooks do not run around an operation, so all of its events are written here. #}
    {% do sluice.log_events([sluice.create_update_event('sluice.release', 'sluice.release of ' ~ node.name)], relation.database) %}
    {% do sluice.log_flow('COMPLETED', {
        'num_input_rows': counts.judged,
        'num_output_rows': counts.released,
        'num_dropped_rows': counts.held,
    }, started, judgement.expectations, node, relation) %}
    {% do sluice.log_events([{
        'level': 'INFO', 'event_type': 'update_progress', 'dataset': none,
        'message': 'Update ' ~ invocation_id ~ ' COMPLETED',
        'details': {'update_progress': {'state': 'COMPLETED', 'failed': []}},
    }], relation.database) %}
{% endmacro %}
