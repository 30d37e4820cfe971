{% macro look_at_batch(query, rules, ranges, plans, existing) %}
    {# What there is to know before a batch, in one query: see described(). 'columns' are those of the query, of the
       table and of its quarantine, as far as these are there, and what a new quarantine has beside the user's. Whether
       the query yields a row is asked where all that it reads as streams and files has nothing new. #}
    {% set queries = {'query': query} %}
    {% set quarantine = load_cached_relation(sluice.quarantine_relation(this)) %}
    {% if existing is not none %}{% do queries.update({'table': existing}) %}{% endif %}
    {% if quarantine is not none %}{% do queries.update({'quarantine': quarantine}) %}{% endif %}
    {% if sluice.drops(rules) %}{% do queries.update({'marks': sluice.quarantine_marks(rules)}) %}{% endif %}
    {% set is_new = sluice.has_news(ranges, plans) or not ranges + plans %}
    {% do return(sluice.described(queries, none if is_new else query)) %}
{% endmacro %}


{% macro batch_columns(columns) %}
    {# The user's columns of a batch, checked: none has a name of ours. #}
    {% do sluice.raise_errors('Streaming table error', sluice.reserved_column_errors(columns)) %}
    {% do return(columns) %}
{% endmacro %}


{% macro stage_batch(query, rules, plans, columns, started, state) %}
    {# The batch, evaluated in one pass and counted in one more: {'rows': the table that it stands in, 'results': see
       violation_results(), 'forgotten': the count of rows left out as their keys were forgotten, 'events': about its
       files, 'staged': tables to drop}. A rule with on_violation: fail that is broken ends the run here. Without a
       query there is none. #}
    {% if not query %}
        {% do return({
            'rows': none, 'results': sluice.violation_results(none, rules), 'forgotten': {}, 'events': [], 'staged': [],
        }) %}
    {% endif %}
    {% set is_forgotten = sluice.is_forgotten_expression(state, this, columns) %}
    {% if is_forgotten %}
        {% set query = 'select *, ' ~ is_forgotten ~ ' as _sluice_is_forgotten from (\n' ~ query
            ~ '\n) as _sluice_arrived' %}
    {% endif %}
    {% set staged = sluice.stage_table('batch', sluice.rows_with_results(query, rules)) %}
    {% set rows = '(select * from ' ~ staged ~ ' where not _sluice_is_forgotten)' if is_forgotten else staged %}
    {% set doubted = sluice.doubted_plans(plans, rows, columns) %}
    {% set counts = sluice.violation_counts(rows, rules) %}
    {% if is_forgotten %}
        {% set counts = 'select *, (select count(*) from ' ~ staged ~ ' where _sluice_is_forgotten) as num_forgotten '
            ~ 'from (' ~ counts ~ ') as _sluice_counted' %}
    {% endif %}
    {% if doubted %}
        {% set counts = 'select * from (' ~ counts ~ ') as _sluice_counts left join ('
            ~ sluice.doubtful_files_query(doubted, rows) ~ ') as _sluice_doubtful on true' %}
    {% endif %}
    {% set found = sluice.query_rows(counts) %}
    {% set results = sluice.violation_results(found[0], rules) %}
    {% do sluice.fail_update(rows, rules, results, started) %}
    {% set doubtful = found | rejectattr('number', 'none') | list if doubted else [] %}
    {% do return({
        'rows': rows, 'results': results, 'staged': [staged],
        'forgotten': {'num_forgotten_rows': found[0].num_forgotten | int} if found[0].get('num_forgotten') else {},
        'events': sluice.doubtful_files_events(doubted, rows, columns, doubtful),
    }) %}
{% endmacro %}


{% macro batch_metrics(results, plans) %}
    {# What is counted of a batch: its rows by where they go, and the files that max_files_per_run left for later. #}
    {% set left = plans | map(attribute='left') | sum %}
    {% do return(dict({
        'num_input_rows': results.rows,
        'num_output_rows': results.rows - results.dropped,
        'num_dropped_rows': results.dropped,
    }, **({'backlog_files': left} if left else {}))) %}
{% endmacro %}


{% macro table_plan(relation, existing, columns, found, starts_over) %}
    {# What becomes of the table before a batch: {'taken' columns of the batch, 'statements', 'all' columns that it has
       then, where it is not new}. `found` are the columns that it has. #}
    {% if starts_over %}
        {% do return({
            'taken': columns, 'statements': sluice.new_table_statements(relation, existing, columns),
        }) %}
    {% endif %}
    {% do return(sluice.sync_columns_statements(relation, columns, sluice.on_schema_change(), found)) %}
{% endmacro %}


{% macro new_table_statements(relation, existing, columns) %}
    {# The statements that make the table anew. #}
    {% set statements = [sluice.drop_statement(existing)] if existing is not none else [] %}
    {% do statements.extend(sluice.create_table_statements(relation, columns, contracted=true)) %}
    {% do statements.append('alter table ' ~ relation ~ ' add column _sluice_batch ' ~ dbt.type_bigint()) %}
    {% do return(statements) %}
{% endmacro %}


{% macro next_range(state, starts_over, is_told=true) %}
    {# The range that a table's next batch has, as one of itself: a rebuild opens an epoch. A batch takes a number if it
       is to be told to readers: it has rows, or the table got columns for it, which they follow. #}
    {% set last = sluice.position(state.read, state.dataset) %}
    {% set from = 0 if starts_over else last.batch %}
    {% do return({
        'source': state.dataset, 'epoch': last.epoch + (1 if starts_over else 0), 'from': from,
        'to': from + (1 if is_told else 0), 'restarted': starts_over,
    }) %}
{% endmacro %}


{% macro batch_statements(relation, batch, rules, columns, taken, number) %}
    {# The statements that write a staged batch: what broke a rule that drops, with all of its columns, then the others,
       with those that the table takes. #}
    {% if not batch.results.rows %}{% do return([]) %}{% endif %}
    {% set held = [sluice.quarantine_statement(relation, batch.rows, rules, columns, number)]
        if sluice.drops(rules) else [] %}
    {% do return(held + [sluice.append_statement(relation, batch.rows, rules, taken, number)]) %}
{% endmacro %}


{% macro append_statement(relation, rows, rules, columns, number) %}
    {# The statement that appends the rows that break no rule, as the batch of this number. #}
    {% set names = columns | map(attribute='name') | list %}
    {% do return(sluice.insert_into(relation, names + ['_sluice_batch'],
        'select ' ~ (sluice.quoted(names) + [number]) | join(', ') ~ '\nfrom ' ~ rows ~ ' as _sluice_rows\nwhere '
        ~ sluice.passed_condition(rules))) %}
{% endmacro %}


{% macro drops(rules) %}
    {# Whether one of these rules sends rows to the quarantine. #}
    {% do return(rules | selectattr('on_violation', 'equalto', 'drop') | list | length > 0) %}
{% endmacro %}
