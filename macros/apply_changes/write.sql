{% macro write_changes(plan, target, existing, afresh) %}
    {# Creates the target or brings its columns up to date; returns the statement that writes its rows. #}
    {% set options = plan.options %}
    {% set interval = [options.start_at, options.end_at] if options.scd_type == 2 else [] %}
    {% if afresh %}
        {% set columns = sluice.contracted_columns(sluice.query_columns(plan.rows)) %}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% do sluice.create_table(target, columns, contracted=true) %}
        {% do return(sluice.insert_sql(target, columns | map(attribute='name') | list, plan.rows)) %}
    {% endif %}
    {% do sluice.check_vanished_columns(options, target, interval) %}
    {% if not plan.changed %}
        {% do return('select 1 as nothing_new') %}
    {% endif %}
    {% set rows = sluice.create_temp('rows', plan.rows) %}
    {% set present = sluice.columns_of(target) %}
    {% set new = sluice.contracted_columns(sluice.columns_of(rows), present) %}
    {% set taken = sluice.sync_columns(target, new, options.on_schema_change, present).taken %}
    {% set columns = taken | map(attribute='name') | list %}
    {% set changes = sluice.create_temp(
        'changes', sluice.changed_rows(options, target, columns, rows, plan.batch, plan.everything)) %}
    {% do plan.temps.extend([rows, changes]) %}
    {% do sluice.count_changes(plan, changes) %}
    {% do return(sluice.merge_changes(sluice.row_identity(options), target, sluice.quoted(columns), changes)) %}
{% endmacro %}


{% macro check_vanished_columns(options, target, interval) %}
    {# For on_schema_change: fail. The kept events still have a column that is gone, so their rows do not tell. #}
    {% if options.on_schema_change != 'fail' %}{% do return(none) %}{% endif %}
    {% set errors = [] %}
    {% for column in sluice.columns_of(target) if sluice.same_name(options.output + interval, column.name) is none %}
        {% do errors.append(sluice.column_gone(column.name)) %}
    {% endfor %}
    {% if errors %}
        {% do errors.append(sluice.way_out_of_schema_change(model)) %}
    {% endif %}
    {% do sluice.raise_errors('Schema change of ' ~ target, errors) %}
{% endmacro %}


{% macro changed_rows(options, target, columns, rows, batch, everything) %}
    {# What differs between the target and its new rows for the keys of the batch: nothing else is written. #}
    {% set names = sluice.quoted(columns) | join(', ') %}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% set identity = sluice.row_identity(options) %}
    with old_rows as (
        select {{ names }}
        from {{ target }}
        {%- if not everything %}
        inner join (select distinct {{ keys }} from {{ batch }}) as touched using ({{ keys }})
        {%- endif %}
    ),

    upserts as (
        select {{ names }} from {{ rows }}
        except
        select {{ names }} from old_rows
    )

    select *, 'upsert' as _sluice_change from upserts
    union all
    select old_rows.*, 'delete' as _sluice_change
    from old_rows
    where not exists (
        select 1
        from {{ rows }} as new_rows
        where {% for name in identity %}new_rows.{{ name }} = old_rows.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{% endmacro %}


{% macro row_identity(options) %}
    {# What tells rows of the target apart: the keys, and in a history the start of the version. #}
    {% do return(sluice.quoted(options['keys'] + ([options.start_at] if options.scd_type == 2 else []))) %}
{% endmacro %}


{% macro count_rows(plan, target) %}
    {% do plan.metrics.update({'num_upserted_rows': sluice.rows('select count(*) as num_rows from ' ~ target)[0].num_rows}) %}
{% endmacro %}


{% macro count_changes(plan, changes, change='_sluice_change') %}
    {% set found = sluice.rows(
        "select count(*) filter (where " ~ change ~ " = 'upsert') as upserted, count(*) filter (where " ~ change ~ " = 'delete') as deleted from "
        ~ changes
    )[0] %}
    {% do plan.metrics.update({'num_upserted_rows': found.upserted, 'num_deleted_rows': found.deleted}) %}
{% endmacro %}


{% macro merge_changes(identity, target, names, changes, change='_sluice_change') %}
    merge into {{ target }} as target_rows
    using {{ changes }} as changes
    on {% for name in identity %}target_rows.{{ name }} = changes.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
    when matched and changes.{{ change }} = 'delete' then delete
    when matched then update set
        {%- for name in names %}
        {{ name }} = changes.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    when not matched and changes.{{ change }} <> 'delete' then insert ({{ names | join(', ') }})
    values ({% for name in names %}changes.{{ name }}{{ ', ' if not loop.last }}{% endfor %})
{% endmacro %}
