{% macro plan_keyed_rows(plan, target, existing) %}
    {# What follows for the table: {'statements' that write its rows, 'changes' (a relation, or none), 'counts',
       'staged': tables to drop}. Of a table that is made anew the rows are counted when they are in. #}
    {% if plan.mode == 'nothing' %}
        {% do return(sluice.nothing_to_write(0, [])) %}
    {% endif %}
    {% set described = sluice.described(
        dict({'query': plan.query}, **({} if plan.mode == 'new' else {'target': target}))).columns %}
    {% set columns = described.query %}
    {% do sluice.check_key_types(plan, columns) %}
    {% if plan.mode == 'new' %}
        {% set statements = sluice.filled_table_statements(target, existing, columns, plan.query, contracted=true) %}
        {% do return({
            'statements': statements + sluice.index_statements(target), 'changes': none, 'counts': none, 'staged': [],
        }) %}
    {% endif %}

    {% set staged = [] %}
    {% set query = plan.query %}
    {% if plan.mode == 'keys' %}
        {% do staged.append(sluice.stage_table('keys', sluice.changed_keys(plan))) %}
        {% set query = sluice.narrowed_query(plan, staged[0]) %}
    {% endif %}
    {% set synced = sluice.sync_columns_statements(target, columns, sluice.on_schema_change(), described.target) %}
    {% set taken = [] %}
    {% for column in synced.taken %}{% do taken.append(sluice.find_column(synced['all'], column.name)) %}{% endfor %}
    {% set rows = sluice.stage_table('rows', sluice.rows_as_taken(query, columns, taken)) %}
    {% do staged.append(rows) %}
    {% if plan.mode == 'keys' %}{% do sluice.check_stray_rows(plan, rows, staged[0]) %}{% endif %}
    {% set present = sluice.columns_named(described.target, taken | map(attribute='name') | list) %}
    {% set changes = sluice.stage_table('changes', sluice.keyed_changes(
        plan, sluice.aligned_rows(taken, present, target), taken, rows, staged[0] if plan.mode == 'keys' else none)) %}
    {% do staged.append(changes) %}
    {% set counts = sluice.count_keyed_changes(plan, taken, rows, changes) %}
    {% if not counts.num_upserted_rows and not counts.num_deleted_rows %}
        {% do return(sluice.nothing_to_write(counts.num_input_rows, staged, synced.statements)) %}
    {% endif %}
    {% do return({
        'statements': synced.statements + sluice.replace_keys_statements(plan, target, taken, rows, changes),
        'changes': changes, 'counts': counts, 'staged': staged,
    }) %}
{% endmacro %}


{% macro nothing_to_write(num_rows, staged, statements=[]) %}
    {# For a run that leaves the table as it is. #}
    {% do return({
        'statements': statements, 'changes': none, 'staged': staged,
        'counts': dict(sluice.no_changes(), num_input_rows=num_rows),
    }) %}
{% endmacro %}


{% macro changed_keys(plan) %}
    {# A query of the keys that changed in any of the relations. #}
    {% set names = sluice.quoted(plan['keys']) | join(', ') %}
    {% for range in sluice.unread(plan.ranges) %}
    {% if not loop.first %}union{% endif %}
    select distinct {{ names }}
    from {{ range.batches }}
    where _sluice_batch > {{ range['from'] }} and _sluice_batch <= {{ range.to }}
    {% endfor %}
{% endmacro %}


{% macro narrowed_query(plan, keys) %}
    {# The model's query over the rows of these keys: a condition behind each note of changed(). #}
    {% set condition = sluice.has_key_condition(plan['keys'], '_sluice_source', keys) %}
    {% set ns = namespace(sql=plan.query) %}
    {% for range in sluice.notes('changed', plan.query) %}
        {% set note = sluice.note('changed', range) %}
        {% set ns.sql = ns.sql | replace(note, note ~ '\n    where ' ~ condition) %}
    {% endfor %}
    {% do return(ns.sql) %}
{% endmacro %}


{% macro has_key_condition(names, alias, keys) %}
    {# True for the rows whose keys are in a table. By the engine's own comparison, as a query groups and joins by it:
       where it takes two values for one, the rows of both are looked at. A null is a key like any other. #}
    {% set parts = [] %}
    {% for name in names %}
        {% do parts.append(sluice.quoted([name], alias)[0] ~ ' is not distinct from '
            ~ sluice.quoted([name], '_sluice_keys')[0]) %}
    {% endfor %}
    {% do return('exists (select 1 from ' ~ keys ~ ' as _sluice_keys where ' ~ parts | join(' and ') ~ ')') %}
{% endmacro %}


{% macro check_stray_rows(plan, rows, keys) %}
    {# A row of a key that did not change would stand beside the one that is there. #}
    {% set names = sluice.quoted(plan['keys'], '_sluice_rows') | join(', ') %}
    {% set query %}
        select {{ names }}, count(*) over () as num_strays
        from {{ rows }} as _sluice_rows
        where not {{ sluice.has_key_condition(plan['keys'], '_sluice_rows', keys) }}
        limit 1
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% if found %}
        {% set key = [] %}
        {% for name in plan['keys'] %}{% do key.append(name ~ ' = ' ~ found[0][name | lower]) %}{% endfor %}
        {% do sluice.raise_errors('keyed_table error', [
            'the query yields ' ~ found[0].num_strays ~ ' rows of keys that did not change, for example '
            ~ key | join(', ') ~ '; expected rows of the keys that changed() yields, each made from rows of its own '
            ~ 'key only. Nothing was written',
            'way out: pass the keys on as they are, and read with changed() what decides which rows there are (a '
            ~ 'plain ref() only where it is joined to that by the keys or adds columns)',
        ]) %}
    {% endif %}
{% endmacro %}


{% macro keyed_changes(plan, target, columns, rows, keys) %}
    {# What differs between the table and its new rows, row by row: those that go are marked 'delete', those that come
       'upsert'. A row may be there several times. #}
    {% set names = columns | map(attribute='name') | list %}
    {% set quoted = sluice.quoted(names) | join(', ') %}
    {% set identities = sluice.identities(columns, names) | join(', ') %}
    with _sluice_old as (
        select {{ sluice.exact_columns(columns, names, '_sluice_target') | join(', ') }}
        from {{ target }} as _sluice_target
        {%- if keys %}
        where {{ sluice.has_key_condition(plan['keys'], '_sluice_target', keys) }}
        {%- endif %}
    ),

    _sluice_new as (
        select {{ sluice.exact_columns(columns, names, '_sluice_rows') | join(', ') }}
        from {{ rows }} as _sluice_rows
    ),

    _sluice_gone as (
        select {{ identities }} from _sluice_old
        except all
        select {{ identities }} from _sluice_new
    ),

    _sluice_come as (
        select {{ identities }} from _sluice_new
        except all
        select {{ identities }} from _sluice_old
    )

    select {{ quoted }}, 'delete' as _sluice_change from _sluice_gone
    union all
    select {{ quoted }}, 'upsert' as _sluice_change from _sluice_come
{% endmacro %}


{% macro count_keyed_changes(plan, columns, rows, changes) %}
    {# {'num_input_rows' that the query yields, 'num_upserted_rows' that are new or other than before,
       'num_deleted_rows' by which keys have fewer}. #}
    {% set query %}
        select
            (select count(*) from {{ rows }}) as input,
            coalesce(sum(num_come), 0) as upserted,
            coalesce(sum(case when num_gone > num_come then num_gone - num_come else 0 end), 0) as deleted
        from (
            select
                count(*) filter (where _sluice_change = 'upsert') as num_come,
                count(*) filter (where _sluice_change = 'delete') as num_gone
            from {{ changes }}
            group by {{ sluice.identities(columns, plan['keys']) | join(', ') }}
        ) as _sluice_counts
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% do return({
        'num_input_rows': found.input | int, 'num_upserted_rows': found.upserted | int,
        'num_deleted_rows': found.deleted | int,
    }) %}
{% endmacro %}


{% macro replace_keys_statements(plan, target, columns, rows, changes) %}
    {# The statements that replace all rows of the keys that have a changed row. #}
    {% set delete %}
        delete from {{ target }} as _sluice_target
        where {{ sluice.has_key_condition(plan['keys'], '_sluice_target', changes) }}
    {% endset %}
    {% do return([delete, sluice.insert_statement(target, columns | map(attribute='name') | list,
        'select * from ' ~ rows ~ ' as _sluice_rows where '
        ~ sluice.has_key_condition(plan['keys'], '_sluice_rows', changes))]) %}
{% endmacro %}
