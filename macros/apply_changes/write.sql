{% macro write_changes(plan, target, existing, full_refresh) %}
    {# Creates the target or brings its columns up to date. Returns {'statements' that write its rows, 'counts' of them,
       'staged': tables to drop}; the rows of a table that is made anew are counted when they are in. #}
    {% set options = plan.options %}
    {% if full_refresh %}
        {% set columns = sluice.contracted_columns(sluice.query_columns(plan.rows)) %}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% do sluice.create_table(target, columns, contracted=true) %}
        {% set statement = sluice.insert_statement(target, columns | map(attribute='name') | list, plan.rows) %}
        {% do return({'statements': [statement], 'counts': none, 'staged': []}) %}
    {% endif %}
    {% do sluice.check_vanished_columns(options, target) %}
    {% if not plan.changed %}
        {% do return({'statements': ['select 1 as nothing_new'], 'counts': sluice.no_changes(), 'staged': []}) %}
    {% endif %}
    {% set changes = sluice.stage_changes(plan, target) %}
    {% set statements = sluice.write_statements(
        target, changes.columns, sluice.row_identity(options), changes.relation) %}
    {% do return({
        'statements': statements, 'counts': changes.counts, 'staged': changes.staged + [changes.relation],
        'changes': changes.relation,
    }) %}
{% endmacro %}


{% macro check_vanished_columns(options, target) %}
    {# For on_schema_change: fail. The kept events still have a column that is gone, so their rows do not tell. #}
    {% if options.on_schema_change != 'fail' %}{% do return(none) %}{% endif %}
    {% set wanted = options.output + ([options.start_at, options.end_at] if options.scd_type == 2 else []) %}
    {% set errors = [] %}
    {% for column in sluice.columns_of(target) if sluice.find_name(wanted, column.name) is none %}
        {% do errors.append("column '" ~ column.name ~ "' is no longer in the model and on_schema_change is fail") %}
    {% endfor %}
    {% do sluice.raise_schema_change(target, errors, model, 'fail') %}
{% endmacro %}


{% macro stage_changes(plan, target) %}
    {# What the target has to take over: {'relation' with its rows, marked by _sluice_change, its 'columns', 'counts',
       'staged': further tables to drop}. The target gets the columns that are new. #}
    {% set options = plan.options %}
    {% set rows = sluice.stage_table('rows', plan.rows) %}
    {% set present = sluice.columns_of(target) %}
    {% set wanted = sluice.contracted_columns(sluice.columns_of(rows), present) %}
    {% set taken = sluice.sync_columns(target, wanted, options.on_schema_change, present).taken %}
    {% set changes = sluice.stage_table(
        'changes', sluice.changed_rows(options, target, taken, rows, plan.batch, plan.everything)) %}
    {% do return({
        'relation': changes, 'columns': taken, 'counts': sluice.count_changes(changes), 'staged': [rows],
    }) %}
{% endmacro %}


{% macro changed_rows(options, target, columns, rows, batch, everything) %}
    {# What differs between the target and its new rows for the keys of the batch: nothing else is written. #}
    {% set names = columns | map(attribute='name') | list %}
    {% set quoted = sluice.quoted(names) | join(', ') %}
    {% set odd = sluice.odd_texts(columns, names) %}
    with _sluice_old as (
        select {{ sluice.exact_columns(columns, names, '_sluice_target') | join(', ') }}
        from {{ target }} as _sluice_target
        {%- if not everything %}
        inner join ({{ sluice.touched_keys(columns, options, batch) }}) as _sluice_touched
            on {{ sluice.same_rows_condition(columns, options['keys'], '_sluice_touched', '_sluice_target') }}
        {%- endif %}
    ),

    _sluice_upserts as (
        select {{ quoted }}
        {%- if odd %}
        from (
            select {{ sluice.identities(columns, names) | join(', ') }} from {{ rows }}
            except
            select {{ sluice.identities(columns, names) | join(', ') }} from _sluice_old
        ) as _sluice_different
        {%- else %}
        from {{ rows }}
        except
        select {{ quoted }} from _sluice_old
        {%- endif %}
    )

    select *, 'upsert' as _sluice_change from _sluice_upserts
    union all
    select _sluice_old.*, 'delete' as _sluice_change
    from _sluice_old
    left join {{ rows }} as _sluice_new
        on {{ sluice.same_rows_condition(columns, sluice.row_identity(options), '_sluice_new', '_sluice_old') }}
    where _sluice_new.{{ sluice.quote(options['keys'][0]) }} is null
{% endmacro %}


{% macro row_identity(options) %}
    {# Names of the columns that tell rows of the target apart: the keys, and in a history the start of the version. #}
    {% do return(options['keys'] + ([options.start_at] if options.scd_type == 2 else [])) %}
{% endmacro %}


{% macro no_changes() %}
    {# The counts of a run that wrote nothing. #}
    {% do return({'num_upserted_rows': 0, 'num_deleted_rows': 0}) %}
{% endmacro %}


{% macro count_rows(relation) %}
    {# The counts of a run that made all rows of a table. #}
    {% set found = sluice.query_rows('select count(*) as num_rows from ' ~ relation)[0] %}
    {% do return({'num_upserted_rows': found.num_rows, 'num_deleted_rows': 0}) %}
{% endmacro %}


{% macro count_changes(changes) %}
    {# The counts of marked rows. #}
    {% set query %}
        select
            count(*) filter (where _sluice_change = 'upsert') as upserted,
            count(*) filter (where _sluice_change = 'delete') as deleted
        from {{ changes }}
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% do return({'num_upserted_rows': found.upserted, 'num_deleted_rows': found.deleted}) %}
{% endmacro %}


{% macro write_statements(target, columns, identity, changes, mark='_sluice_change') %}
    {# The statements that take marked rows over into the target: all rows of these identities go, the new ones come. So
       what another hand doubled is once again. #}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% set delete %}
        delete from {{ target }} as _sluice_target
        using {{ changes }} as _sluice_changes
        where {{ sluice.same_rows_condition(columns, identity, '_sluice_target', '_sluice_changes') }}
    {% endset %}
    {% set insert %}
        insert into {{ target }} ({{ names }})
        select {{ names }}
        from {{ changes }}
        where {{ mark }} <> 'delete'
    {% endset %}
    {% do return([delete, insert]) %}
{% endmacro %}
