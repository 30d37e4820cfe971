{% macro apply_events(options, batch, recorded, ranges, full_refresh) %}
    {# Adds the batch to the kept events and works out what follows for the target. Only the state is written here.
       Returns {'options', 'rows' (a query), 'changed', 'everything', 'batch', 'counts', 'staged'}. #}
    {% set events = sluice.events_relation() %}
    {% set record = sluice.recorded_options(options) %}
    {% set counts = sluice.count_events(options, batch) %}
    {% do sluice.check_events(counts) %}
    {% set recalculate = full_refresh or recorded.rows != record.rows %}
    {% if not counts.num_rows and not recalculate and recorded == record
        and not sluice.new_names(options.output, events) %}
        {% do return({
            'options': options, 'changed': false, 'batch': batch, 'staged': [batch],
            'counts': sluice.event_counts(0, {'new': 0, 'late': 0, 'conflicts': 0}),
        }) %}
    {% endif %}

    {% set staged = sluice.columns_of(batch) %}
    {% set table = sluice.prepare_events_table(options, events, staged, recorded, record, ranges, full_refresh) %}
    {% set options = dict(options, **sluice.value_options(
        options, sluice.user_columns(table.columns) | map(attribute='name') | list, [])) %}
    {% set everything = recalculate or counts.num_truncates > 0 %}
    {% if table.is_new %}
        {# The first events are all the events there are. #}
        {% set kept, new = none, events %}
        {% do sluice.insert_rows(events, table.columns, sluice.new_events(table.columns, staged, batch, none)) %}
    {% else %}
        {% set kept = sluice.stage_table('kept', sluice.kept_events(options, events, batch, everything)) %}
        {% set new = sluice.stage_table('new', sluice.new_events(table.columns, staged, batch, kept)) %}
    {% endif %}
    {% set found = sluice.count_new_events(options, new, kept) %}
    {% if found.new and not table.is_new %}
        {% do sluice.insert_rows(events, table.columns, 'select * from ' ~ new) %}
    {% endif %}
    {% if found.conflicts %}{% do sluice.warn_conflicts(found.conflicts) %}{% endif %}
    {% if recorded != record %}{% do sluice.record_target_options(sluice.dataset_id(this), record) %}{% endif %}

    {% set deduplicated = sluice.deduplicated_events(options, new, kept, found.ties > 0) %}
    {% do return({
        'options': options,
        'rows': sluice.target_rows(options, events, deduplicated),
        'changed': recalculate or found.new > 0 or table.is_altered,
        'everything': everything,
        'batch': batch,
        'counts': sluice.event_counts(counts.num_rows, found),
        'staged': [batch] + ([] if table.is_new else [kept, new]),
    }) %}
{% endmacro %}


{% macro events_relation(relation=none) %}
    {# The kept events of a target (by default this one): the set that the target is a function of. #}
    {% set relation = relation or this %}
    {% set prefix = '' if relation.schema | lower == target.schema | lower else relation.schema ~ '.' %}
    {% do return(sluice.state_relation(prefix ~ relation.identifier ~ '__events', relation.database)) %}
{% endmacro %}


{% macro event_counts(num_rows, found) %}
    {# What a run reports of the events that it read. #}
    {% do return({
        'num_input_rows': num_rows,
        'num_late_rows': found.late,
        'num_duplicate_rows': num_rows - found.new,
        'num_conflicts': found.conflicts,
    }) %}
{% endmacro %}


{% macro prepare_events_table(options, events, staged, recorded, record, ranges, full_refresh) %}
    {# Makes the table of the kept events, or brings it up to the batch. Returns {'columns', 'is_new', 'is_altered'}.
       A full refresh replays what stream() reads from its first batch on. A model that reads no stream shows only
       its newest events: its kept ones are the feed then, as long as they would be made the same way again. #}
    {% set columns = none %}
    {% if not full_refresh
        or (load_cached_relation(this) is not none and recorded and not ranges and recorded.events == record.events) %}
        {% set columns = sluice.columns_of(events) %}
    {% endif %}
    {% if columns is none or (full_refresh and sluice.type_drift_errors(options, columns, staged)) %}
        {% do run_query('drop table if exists ' ~ events) %}
        {% do sluice.create_table(events, staged) %}
        {% do return({'columns': staged, 'is_new': true, 'is_altered': true}) %}
    {% endif %}
    {% if not full_refresh %}{% do sluice.check_drift(options, recorded, columns, staged) %}{% endif %}
    {% set all = sluice.sync_columns(events, staged, existing=columns)['all'] %}
    {% do return({'columns': all, 'is_new': false, 'is_altered': all != columns}) %}
{% endmacro %}


{% macro new_names(names, relation) %}
    {# Those that a table does not have, in lower case. The kept events get them with an empty batch too. #}
    {% set there = sluice.columns_of(relation) | map(attribute='name') | map('lower') | list %}
    {% do return(names | map('lower') | reject('in', there) | list) %}
{% endmacro %}


{% macro kept_events(options, events, batch, everything) %}
    {# The kept events of the keys of the batch; all of them where a truncate may touch any key. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    select _sluice_events.*
    from {{ events }} as _sluice_events
    {%- if not everything %}
    inner join (select distinct {{ keys }} from {{ batch }}) as _sluice_touched using ({{ keys }})
    {%- endif %}
{% endmacro %}


{% macro new_events(columns, batch_columns, batch, kept) %}
    {# Set difference: copies within the batch and of kept events vanish here, nulls being equal. #}
    {% set selected = [] %}
    {% for column in columns %}
        {% set name = sluice.quote(column.name) %}
        {% set given = sluice.find_column(batch_columns, column.name) %}
        {% if given is none %}
            {% do selected.append('cast(null as ' ~ column.dtype ~ ') as ' ~ name) %}
        {% elif given.dtype != column.dtype %}
            {% do selected.append('cast(' ~ name ~ ' as ' ~ column.dtype ~ ') as ' ~ name) %}
        {% else %}
            {% do selected.append(name) %}
        {% endif %}
    {% endfor %}
    select distinct {{ selected | join(', ') }}
    from {{ batch }}
    {%- if kept %}
    except
    select {{ sluice.quoted(columns | map(attribute='name')) | join(', ') }}
    from {{ kept }}
    {%- endif %}
{% endmacro %}


{% macro count_new_events(options, new, kept) %}
    {# {'new', 'late', 'ties', 'conflicts'} of the batch. A tie is a (key, sequence) pair with several events, a
       conflict one with several different upserts of which one is new. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% set query %}
        with _sluice_keyed as (
            select {{ keys }}, _sluice_sequence, _sluice_operation, 1 as _sluice_is_new
            from {{ new }}
            where _sluice_operation <> 'TRUNCATE'
            {%- if kept %}
            union all
            select {{ keys }}, _sluice_sequence, _sluice_operation, 0 as _sluice_is_new
            from {{ kept }}
            where _sluice_operation <> 'TRUNCATE'
            {%- endif %}
        ),

        _sluice_pairs as (
            select
                count(*) filter (where _sluice_operation = 'UPSERT') as num_upserts,
                coalesce(sum(_sluice_is_new) filter (where _sluice_operation = 'UPSERT'), 0) as num_new
            from _sluice_keyed
            group by {{ keys }}, _sluice_sequence
            having count(*) > 1
        )
        {%- if kept %},

        _sluice_newest as (
            select {{ keys }}, max(_sluice_sequence) as _sluice_newest_sequence
            from {{ kept }}
            where _sluice_operation <> 'TRUNCATE'
            group by {{ keys }}
        )
        {%- endif %}

        select
            (select count(*) from {{ new }}) as new,
            (select count(*) from _sluice_pairs) as ties,
            (select count(*) from _sluice_pairs where num_upserts > 1 and num_new > 0) as conflicts,
            {%- if kept %}
            (
                select count(*)
                from {{ new }} as _sluice_new
                inner join _sluice_newest using ({{ keys }})
                where _sluice_new._sluice_sequence < _sluice_newest._sluice_newest_sequence
            ) as late
            {%- else %}
            0 as late
            {%- endif %}
    {% endset %}
    {% do return(sluice.query_rows(query)[0]) %}
{% endmacro %}


{% macro warn_conflicts(count) %}
    {# Said on the screen and in the event log. #}
    {% set message = model.name ~ ': ' ~ count
        ~ ' (key, sequence) pairs have conflicting upserts; the greatest values win. '
        ~ 'A finer sequence_by would tell which came last.' %}
    {% do exceptions.warn(message) %}
    {% do sluice.log_events([{
        'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
        'details': {'unique_id': model.unique_id, 'relation': this | string, 'num_conflicts': count},
    }], this.database) %}
{% endmacro %}
