{% macro write_changes(plan, target, existing, full_refresh) %}
    {# The statements that write the rows of the target, and what goes with them: {'alters' (that give it new columns),
       'statements', 'counts' of the rows (of a table that is made anew they are counted when they are in), 'staged':
       tables to drop; and where rows are replaced the 'changes', marked by _sluice_change, and their 'columns'}. #}
    {% set plan = sluice.with_system_time(plan, target, existing) %}
    {% set options = plan.options %}
    {% set starts_over = full_refresh and not sluice.keeps_what_was_known(options, existing) %}
    {% if starts_over %}
        {% set columns = sluice.contracted_columns(sluice.query_columns(plan.rows)) %}
        {% set statements = sluice.filled_table_statements(target, existing, columns, plan.rows, contracted=true) %}
        {% do return({
            'alters': [], 'statements': statements + sluice.index_statements(target), 'counts': none, 'staged': [],
        }) %}
    {% endif %}
    {% if options and not full_refresh %}{% do sluice.check_vanished_columns(options, target) %}{% endif %}
    {% if not plan.changed %}
        {% do return({'alters': [], 'statements': [], 'counts': sluice.no_changes(), 'staged': []}) %}
    {% endif %}
    {% set changes = sluice.stage_changes(plan, target, full_refresh) %}
    {% do return({
        'alters': changes.statements,
        'statements': sluice.taken_over_statements(target, changes.columns, options, changes.relation),
        'counts': changes.counts, 'staged': [changes.relation], 'changes': changes.relation,
        'columns': changes.columns,
    }) %}
{% endmacro %}


{% macro check_vanished_columns(options, target) %}
    {# For on_schema_change: fail. The kept events still have a column that is gone, so their rows do not tell. #}
    {% if options.on_schema_change != 'fail' %}{% do return(none) %}{% endif %}
    {% set wanted = options.output + ([options.start_at, options.end_at] if options.scd_type == 2 else [])
        + (sluice.system_time_columns() if options.system_time else []) %}
    {% set errors = [] %}
    {% for column in sluice.columns_of(target) if sluice.find_name(wanted, column.name) is none %}
        {% do errors.append("column '" ~ column.name ~ "' is no longer in the model and on_schema_change is fail") %}
    {% endfor %}
    {% do sluice.raise_schema_change(target, errors, model, 'fail') %}
{% endmacro %}


{% macro stage_changes(plan, target, anew=false, node=none) %}
    {# What the target has to take over: {'relation' with its rows, marked by _sluice_change, its 'columns', 'counts',
       'statements' that give the target its new columns}. `anew`: of all its rows, whatever on_schema_change says. #}
    {% set options = plan.options %}
    {% set described = sluice.described({'rows': plan.rows, 'target': target}).columns %}
    {% set wanted = described.rows if node else sluice.contracted_columns(described.rows, described.target) %}
    {% if anew %}{% do sluice.check_system_time_types(target, wanted, described.target, node or model) %}{% endif %}
    {% set sync = sluice.sync_columns_statements(target, wanted,
        'append_new_columns' if anew else options.on_schema_change, described.target, node) %}
    {% set changes = sluice.stage_table('changes', sluice.changed_rows(
        options, target, described.target, sync.taken, plan.rows, plan.batch, anew or plan.everything
    ), target if node else none) %}
    {% do return({
        'relation': changes, 'columns': sync.taken, 'counts': sluice.count_changes(changes),
        'statements': sync.statements,
    }) %}
{% endmacro %}


{% macro changed_rows(options, target, present, columns, rows, batch, everything) %}
    {# What differs between the target and its new rows for the keys of the batch: nothing else is written. `present`
       are the columns that the target has now, `columns` those that it takes. #}
    {% set known = sluice.system_time_columns() if options.system_time else [] %}
    {% set names = columns | map(attribute='name') | reject('in', known) | list %}
    {% set quoted = sluice.quoted(names) | join(', ') %}
    {% set odd = sluice.odd_texts(columns, names) %}
    with {{ sluice.evaluated_once('_sluice_rows', rows) }},

    _sluice_old as (
        select {{ sluice.exact_columns(columns, names, '_sluice_target') | join(', ') }}
        from {{ sluice.aligned_rows(columns, sluice.columns_named(present, columns | map(attribute='name')), target) }}
            as _sluice_target
        {%- if not everything %}
        inner join ({{ sluice.touched_keys(columns, options, batch) }}) as _sluice_touched
            on {{ sluice.same_rows_condition(columns, options['keys'], '_sluice_touched', '_sluice_target') }}
        {%- endif %}
        where {{ sluice.is_known_condition(options, '_sluice_target') }}
    ),

    _sluice_upserts as (
        select {{ quoted }}
        {%- if odd %}
        from (
            select {{ sluice.identities(columns, names) | join(', ') }} from _sluice_rows
            except
            select {{ sluice.identities(columns, names) | join(', ') }} from _sluice_old
        ) as _sluice_different
        {%- else %}
        from _sluice_rows
        except
        select {{ quoted }} from _sluice_old
        {%- endif %}
    )

    select
        *,
        {%- if known %}
        {{ options.known_at }} as known_from,
        cast(null as {{ dbt.type_timestamp() }}) as known_to,
        {%- endif %}
        'upsert' as _sluice_change
    from _sluice_upserts
    union all
    select _sluice_old.*, {% if known %}null, null, {% endif %}'delete' as _sluice_change
    from _sluice_old
    left join _sluice_rows as _sluice_new
        on {{ sluice.same_rows_condition(columns, sluice.row_identity(options), '_sluice_new', '_sluice_old') }}
    where _sluice_new.{{ sluice.quote(options['keys'][0]) }} is null
{% endmacro %}


{% macro evaluated_once(name, query) %}
    {# A common table expression that is read several times, and worked out once. #}
    {% do return(adapter.dispatch('evaluated_once', 'sluice')(name, query)) %}
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


{% macro taken_over_statements(target, columns, options, changes) %}
    {# The statements that take marked rows over into the target. #}
    {% do return(sluice.known_rows_statements(target, columns, options, changes) if options.system_time
        else sluice.write_statements(target, columns, sluice.row_identity(options), changes)) %}
{% endmacro %}


{% macro write_statements(target, columns, identity, changes) %}
    {# The statements that take marked rows over into the target: all rows of these identities go, the new ones come. So
       what another hand doubled is once again. #}
    {% do return(adapter.dispatch('write_statements', 'sluice')(target, columns, identity, changes)) %}
{% endmacro %}

{% macro default__write_statements(target, columns, identity, changes) %}
    {# For engines whose scripts are one transaction. #}
    {% set delete %}
        delete from {{ target }} as _sluice_target
        using {{ changes }} as _sluice_changes
        where {{ sluice.same_rows_condition(columns, identity, '_sluice_target', '_sluice_changes') }}
    {% endset %}
    {% do return([delete, sluice.insert_statement(target, columns | map(attribute='name') | list,
        'select * from ' ~ changes ~ " where _sluice_change <> 'delete'")]) %}
{% endmacro %}


{% macro counts_written(write, target) %}
    {# What the log says of the rows: {'metrics', 'event' (how what is known only when the rows are in is counted),
       'answer': the query that counts it for dbt, or none}. #}
    {% if write.counts is not none %}
        {% do return({'metrics': write.counts, 'event': {}, 'answer': none}) %}
    {% endif %}
    {% do return({
        'metrics': {'num_upserted_rows': '_sluice_count', 'num_deleted_rows': 0},
        'event': {'count_of': target},
        'answer': 'select count(*) as num_rows from ' ~ target,
    }) %}
{% endmacro %}


{% macro written(node, target, plan, write, starts_over) %}
    {# The statements of a run of a target up to its rows: what is kept of the change of them first, for it looks at the
       rows as they were. #}
    {% set feed = sluice.change_feed_statements(node, target, plan, write, starts_over) %}
    {% do return(sluice.target_changed_keys(node, target, plan, write, starts_over)
        + write.alters + feed.before + write.statements + feed.behind) %}
{% endmacro %}
