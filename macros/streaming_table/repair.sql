{% macro repair_statements(relation, state, quarantined, starts_over=false) %}
    {# For an engine that commits each statement, what comes first in a script: what a run or an operation that broke
       off has left above the table's head is taken back, so that its numbers are free again; a table that starts over
       is marked as unfinished. `quarantined` are the columns of the quarantine, none where there is none. The order of
       all other statements is that of docs/decisions/0007. #}
    {% if not sluice.commits_each_statement() %}{% do return([]) %}{% endif %}
    {% if starts_over %}
        {% set begun = dict(sluice.next_range(state, true), to=sluice.begun_batch()) %}
        {% do return([sluice.insert_checkpoints(state.dataset, [begun], relation.database)]) %}
    {% endif %}
    {% set head = sluice.position(state.read, state.dataset).batch %}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set has_marks = sluice.find_column(quarantined, '_sluice_released_batch') is not none %}
    {% set above = ' where _sluice_batch > ' ~ head %}
    {% if not sluice.has_leftovers(relation, state.dataset, head, quarantine if quarantined else none, has_marks) %}
        {% do return([]) %}
    {% endif %}
    {% set statements = ['delete from ' ~ relation ~ above] %}
    {% if quarantined %}{% do statements.append('delete from ' ~ quarantine ~ above) %}{% endif %}
    {% if has_marks %}
        {# Rows on their way into the quarantine are in both places until they have left the table. #}
        {% do statements.append('delete from ' ~ quarantine ~ ' where _sluice_released_batch < 0'
            ~ ' and exists (select 1 from ' ~ relation ~ ' where _sluice_batch < 0)') %}
    {% endif %}
    {% do statements.append('update ' ~ relation ~ ' set _sluice_batch = -_sluice_batch where _sluice_batch < 0') %}
    {% if has_marks %}
        {% do statements.append('update ' ~ quarantine ~ ' set _sluice_released_batch = null'
            ~ ' where _sluice_released_batch < 0 or _sluice_released_batch > ' ~ head) %}
        {% do statements.append('delete from ' ~ quarantine ~ ' where _sluice_released_batch is not null') %}
    {% endif %}
    {% do statements.append('delete from ' ~ sluice.state_relation('files', relation.database) ~ ' where relation = '
        ~ sluice.literal(state.dataset) ~ ' and batch > ' ~ head) %}
    {% do return(statements) %}
{% endmacro %}


{% macro has_leftovers(relation, dataset, head, quarantine, has_marks) %}
    {# Whether something broke off, in one look: it is seldom so, and each statement that finds nothing costs one. #}
    {% set odd = ' where _sluice_batch > ' ~ head ~ ' or _sluice_batch < 0' %}
    {% set looks = ['select count(*) as num_rows from ' ~ relation ~ odd] %}
    {% if quarantine %}
        {% do looks.append('select count(*) as num_rows from ' ~ quarantine ~ odd
            ~ (' or _sluice_released_batch is not null' if has_marks else '')) %}
    {% endif %}
    {% do looks.append('select count(*) as num_rows from ' ~ sluice.state_relation('files', relation.database)
        ~ ' where relation = ' ~ sluice.literal(dataset) ~ ' and batch > ' ~ head) %}
    {% do return(sluice.query_rows('select sum(num_rows) as num_rows from (' ~ looks | join('\nunion all\n')
        ~ ') as _sluice_looks')[0].num_rows | int > 0) %}
{% endmacro %}


{% macro look_at_table(node, relation, operation, rules=[]) %}
    {# What an operation needs to know, a streaming table that has run before: {'state', 'columns': of the 'table', its
       'quarantine' if there is one, and what a new one would have beside the user's as 'marks'}. What was left by one
       that broke off is taken back, before the rows are judged. #}
    {% set table = load_cached_relation(relation) %}
    {% set quarantine = load_cached_relation(sluice.quarantine_relation(relation)) %}
    {% set state = sluice.known_state(relation) %}
    {% set queries = {'table': table} if table is not none else {} %}
    {% if quarantine is not none %}{% do queries.update({'quarantine': quarantine}) %}{% endif %}
    {% if sluice.drops(rules) %}{% do queries.update({'marks': sluice.quarantine_marks(rules)}) %}{% endif %}
    {% set columns = sluice.described(queries).columns %}
    {% set way_out = '; way out: dbt build --select ' ~ sluice.selector_of(node) %}
    {% set errors = [] %}
    {% if table is none %}
        {% do errors.append(relation ~ ' is not there' ~ way_out) %}
    {% elif sluice.find_column(columns.table, '_sluice_batch') is none %}
        {% do errors.append(relation ~ ' is no streaming table (it has no _sluice_batch)' ~ way_out) %}
    {% elif state.unfinished %}
        {% do errors.append(relation ~ ' began to start over and did not come to the end' ~ way_out) %}
    {% endif %}
    {% do sluice.raise_errors('sluice.' ~ operation ~ ' error', errors, node) %}
    {% set quarantined = columns.quarantine if sluice.is_quarantine(quarantine, columns.get('quarantine')) else [] %}
    {% set repair = sluice.repair_statements(relation, state, quarantined) %}
    {% if repair %}{% do sluice.run_script(repair, 'repair') %}{% endif %}
    {% do return({'state': state, 'columns': columns}) %}
{% endmacro %}


{% macro mark_column_statements(quarantine, present) %}
    {# The statement that gives a quarantine of an older version the column for marks. #}
    {% do return([] if sluice.find_column(present, '_sluice_released_batch') is not none else [
        'alter table ' ~ quarantine ~ ' add column _sluice_released_batch ' ~ dbt.type_bigint(),
    ]) %}
{% endmacro %}


{% macro operation_events(operation, node, relation, results, metrics, started) %}
    {# An operation is an update of its own: hooks do not run around it, so all of its events are made here. #}
    {% do return([
        sluice.update_created(operation, operation ~ ' of ' ~ node.name),
        sluice.flow_event('COMPLETED', metrics, started, results.expectations, node, relation),
        sluice.update_ended([]),
    ]) %}
{% endmacro %}
