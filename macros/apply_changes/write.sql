{% macro write_changes(plan, target, existing, full_refresh) %}
    {# Creates the target or brings its columns up to date. Returns {'statement' that writes its rows, 'counts' of them,
       'staged': tables to drop}; the rows of a table that is made anew are counted when they are in. #}
    {% set options = plan.options %}
    {% if full_refresh %}
        {% set columns = sluice.contracted_columns(sluice.query_columns(plan.rows)) %}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% do sluice.create_table(target, columns, contracted=true) %}
        {% set statement = sluice.insert_statement(target, columns | map(attribute='name') | list, plan.rows) %}
        {% do return({'statement': statement, 'counts': none, 'staged': []}) %}
    {% endif %}
    {% do sluice.check_vanished_columns(options, target) %}
    {% if not plan.changed %}
        {% do return({'statement': 'select 1 as nothing_new', 'counts': sluice.no_changes(), 'staged': []}) %}
    {% endif %}
    {% set changes = sluice.stage_changes(plan, target) %}
    {% set statement = sluice.merge_statement(
        sluice.row_identity(options), target, sluice.quoted(changes.names), changes.relation) %}
    {% do return({'statement': statement, 'counts': changes.counts, 'staged': changes.staged + [changes.relation]}) %}
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
    {# What the target has to take over: {'relation' with its rows, marked by _sluice_change, 'names' of its columns,
       'counts', 'staged': further tables to drop}. The target gets the columns that are new. #}
    {% set options = plan.options %}
    {% set rows = sluice.stage_table('rows', plan.rows) %}
    {% set present = sluice.columns_of(target) %}
    {% set wanted = sluice.contracted_columns(sluice.columns_of(rows), present) %}
    {% set taken = sluice.sync_columns(target, wanted, options.on_schema_change, present).taken %}
    {% set names = taken | map(attribute='name') | list %}
    {% set changes = sluice.stage_table(
        'changes', sluice.changed_rows(options, target, names, rows, plan.batch, plan.everything)) %}
    {% do return({
        'relation': changes, 'names': names, 'counts': sluice.count_changes(changes), 'staged': [rows],
    }) %}
{% endmacro %}


{% macro changed_rows(options, target, columns, rows, batch, everything) %}
    {# What differs between the target and its new rows for the keys of the batch: nothing else is written. #}
    {% set names = sluice.quoted(columns) | join(', ') %}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    with _sluice_old as (
        select {{ names }}
        from {{ target }}
        {%- if not everything %}
        inner join (select distinct {{ keys }} from {{ batch }}) as _sluice_touched using ({{ keys }})
        {%- endif %}
    ),

    _sluice_upserts as (
        select {{ names }} from {{ rows }}
        except
        select {{ names }} from _sluice_old
    )

    select *, 'upsert' as _sluice_change from _sluice_upserts
    union all
    select _sluice_old.*, 'delete' as _sluice_change
    from _sluice_old
    where not exists (
        select 1
        from {{ rows }} as _sluice_new
        where
            {%- for name in sluice.row_identity(options) %}
            _sluice_new.{{ name }} = _sluice_old.{{ name }}{{ ' and' if not loop.last }}
            {%- endfor %}
    )
{% endmacro %}


{% macro row_identity(options) %}
    {# What tells rows of the target apart: the keys, and in a history the start of the version. #}
    {% do return(sluice.quoted(options['keys'] + ([options.start_at] if options.scd_type == 2 else []))) %}
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


{% macro merge_statement(identity, target, names, changes, mark='_sluice_change') %}
    {# The statement that takes marked rows over into the target; its identity and names are quoted. #}
    merge into {{ target }} as _sluice_target
    using {{ changes }} as _sluice_changes
    on
        {%- for name in identity %}
        _sluice_target.{{ name }} = _sluice_changes.{{ name }}{{ ' and' if not loop.last }}
        {%- endfor %}
    when matched and _sluice_changes.{{ mark }} = 'delete' then delete
    when matched then update set
        {%- for name in names %}
        {{ name }} = _sluice_changes.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    when not matched and _sluice_changes.{{ mark }} <> 'delete' then insert ({{ names | join(', ') }})
    values (_sluice_changes.{{ names | join(', _sluice_changes.') }})
{% endmacro %}
