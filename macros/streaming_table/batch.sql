{% macro stage_batch(query, rules, started) %}
    {# What is to be appended: {rows: a table or a query, results: of count_violations(), staged: tables to drop}.
       Rules are evaluated over a copy. Without any the rows go straight into the table, and their number is known when
       they are in. A query that reads this table itself needs it as it was, so it is copied too. #}
    {% if not rules and this | string not in query %}
        {% do return({'rows': '(\n' ~ query ~ '\n)', 'results': none, 'staged': []}) %}
    {% endif %}
    {% set rows = sluice.stage_table('batch', sluice.rows_with_results(query, rules)) %}
    {% set results = sluice.count_violations(rows, rules) %}
    {% do sluice.fail_update(rows, rules, results, started) %}
    {% do return({'rows': rows, 'results': results, 'staged': [rows]}) %}
{% endmacro %}


{% macro batch_columns(rows, rules) %}
    {# The user's columns of a batch. #}
    {% set columns = sluice.query_columns('select * from ' ~ rows)
        | rejectattr('name', 'in', rules | map(attribute='column') | list) | list %}
    {% do sluice.raise_errors('Streaming table error', sluice.reserved_column_errors(columns)) %}
    {% do return(columns) %}
{% endmacro %}


{% macro prepare_streaming_table(relation, existing, full_refresh, columns) %}
    {# Creates the table or brings its columns up to the batch's; returns the columns to insert. #}
    {% if not full_refresh %}
        {% do return(sluice.sync_columns(relation, columns, sluice.on_schema_change()).taken) %}
    {% endif %}
    {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% do sluice.create_table(relation, columns, contracted=true) %}
    {% do run_query('alter table ' ~ relation ~ ' add column _sluice_batch ' ~ dbt.type_bigint()) %}
    {% do sluice.drop_quarantine(relation) %}
    {% do return(columns) %}
{% endmacro %}


{% macro append_batch(relation, batch, rules, columns, taken, full_refresh) %}
    {# Appends the staged batch, the rows that broke a drop rule to the quarantine. Returns {rows, results, range}:
       what was appended, its counts, and how far the table has come. #}
    {% set range = sluice.next_batch(relation, full_refresh) %}
    {% if rules | selectattr('on_violation', 'equalto', 'drop') | list %}
        {% do sluice.write_quarantine(relation, batch.rows, rules, columns, range.to) %}
    {% endif %}
    {% call statement('main') %}
        {{ sluice.append_statement(relation, batch.rows, rules, taken, range.to) }}
    {% endcall %}
    {% if batch.results is none %}
        {% set rows = '(select * from ' ~ relation ~ ' where _sluice_batch = ' ~ range.to ~ ')' %}
        {% set results = sluice.count_violations(rows, []) %}
    {% else %}
        {% set rows, results = batch.rows, batch.results %}
    {% endif %}
    {% do return({'rows': rows, 'results': results, 'range': sluice.range_of(range, results.rows)}) %}
{% endmacro %}


{% macro next_batch(relation, full_refresh=false) %}
    {# The range that a table's next batch has, as one of itself: a rebuild opens an epoch. #}
    {% set id = sluice.dataset_id(relation) %}
    {% set last = sluice.committed_batch(id, id, relation.database) %}
    {% set from = 0 if full_refresh else last.batch %}
    {% do return({
        'source': id, 'epoch': last.epoch + (1 if full_refresh else 0), 'from': from, 'to': from + 1,
        'restarted': full_refresh,
    }) %}
{% endmacro %}


{% macro range_of(range, num_rows) %}
    {# A range as it is committed: a batch without rows takes no number. #}
    {% do return({
        'source': range.source, 'epoch': range.epoch, 'from': range['from'],
        'to': range.to if num_rows else range['from'], 'restarted': range.restarted,
    }) %}
{% endmacro %}


{% macro append_statement(relation, rows, rules, columns, number) %}
    {# The statement that appends the rows that break no rule, as the batch of this number. #}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    insert into {{ relation }} ({{ names }}, _sluice_batch)
    select {{ names }}, {{ number }}
    from {{ rows }} as _sluice_rows
    where {{ sluice.passed_condition(rules) }}
{% endmacro %}
