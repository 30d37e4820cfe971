{% macro apply_events(options, batch, recorded, ranges, full_refresh) %}
    {# Adds the batch to the kept events and works out what follows for the target. Only the state is written here.
       Returns {'options', 'rows' (a query), 'changed', 'everything', 'batch', 'counts', 'staged'}. #}
    {% set events = sluice.events_relation() %}
    {% set record = sluice.recorded_options(options) %}
    {% set counts = sluice.count_events(options, batch) %}
    {% do sluice.check_events(counts) %}
    {% do sluice.check_update_lists(options, batch) %}
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
    {% set options = dict(options, typed=table.columns, **sluice.value_options(
        options, sluice.user_columns(table.columns) | map(attribute='name') | list, [])) %}
    {% do options.update({'tracked': sluice.shown_columns(options.tracked, options, full_refresh)}) %}
    {% set everything = recalculate or counts.num_truncates > 0 %}
    {% if table.is_new %}
        {# The first events are all the events there are. #}
        {% set kept, new = none, sluice.exact_events(options, events) %}
        {% do sluice.insert_rows(events, table.columns, sluice.new_events(table.columns, staged, batch, none)) %}
    {% else %}
        {% set kept = sluice.stage_table('kept', sluice.kept_events(options, events, batch, everything)) %}
        {% set new = sluice.stage_table('new', sluice.new_events(table.columns, staged, batch, kept)) %}
    {% endif %}
    {% set found = sluice.count_new_events(options, new, kept) %}
    {% if (found.new or options.columns_to_update) and not table.is_new %}
        {% do sluice.insert_rows(events, table.columns, 'select * from ' ~ new) %}
    {% endif %}
    {% if found.new %}{% do sluice.warn_text_order(options, new, kept) %}{% endif %}
    {% if found.conflicts %}{% do sluice.warn_conflicts(options, found, new, kept) %}{% endif %}
    {% if recorded != record %}
        {% do run_query(sluice.insert_target_options(sluice.dataset_id(this), record, this.database)) %}
    {% endif %}

    {% set deduplicated = sluice.deduplicated_events(options, new, kept, found.ties > 0) %}
    {% do return({
        'options': options,
        'rows': sluice.target_rows(options, events, deduplicated),
        'changed': recalculate or found.new > 0 or table.is_altered or options.columns_to_update is not none,
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


{% macro exact_events(options, events) %}
    {# All kept events, as a query in brackets: their texts compare byte by byte, as those of a staged batch do. #}
    {% set columns = sluice.exact_columns(options.typed, options.typed | map(attribute='name') | list) %}
    {% do return('(select ' ~ columns | join(', ') ~ ' from ' ~ events ~ ')') %}
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
       its newest events: its kept ones are the feed then, as long as they would be made the same way again, and can
       take values of the types that come. #}
    {% set columns = none %}
    {% if not full_refresh
        or (load_cached_relation(this) is not none and load_cached_relation(events) is not none and recorded
            and not ranges and not sluice.option_drift_errors(
                recorded, record, record.events | list + ['columns_to_update'], false)) %}
        {% set columns = sluice.columns_of(events) %}
    {% endif %}
    {% if columns is none or (full_refresh and (
        sluice.type_drift_errors(options, columns, staged) or sluice.narrowed_names(columns, staged)
    )) %}
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
    {% set names = options.typed | map(attribute='name') | list %}
    select {{ sluice.exact_columns(options.typed, names, '_sluice_events') | join(', ') }}
    from {{ events }} as _sluice_events
    {%- if not everything %}
    inner join ({{ sluice.touched_keys(options.typed, options, batch) }}) as _sluice_touched
        on {{ sluice.same_rows_condition(options.typed, options['keys'], '_sluice_touched', '_sluice_events') }}
    {%- endif %}
{% endmacro %}


{% macro touched_keys(columns, options, batch) %}
    {# The keys of a batch, each once. Joined, not asked for by a subquery: one that is correlated takes equal values
       for one. #}
    {% do return('select distinct ' ~ sluice.identities(columns, options['keys']) | join(', ') ~ ' from ' ~ batch) %}
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
    {% set names = columns | map(attribute='name') | list %}
    {% set identities = sluice.identities(columns, names) | join(', ') %}
    {% set has_odd = sluice.odd_texts(columns, names) | length > 0 %}
    {% if has_odd -%}
    select {{ sluice.quoted(names) | join(', ') }}
    from (
    {%- endif %}
    select distinct {{ identities if has_odd else selected | join(', ') }}
    from {{ '(select ' ~ selected | join(', ') ~ ' from ' ~ batch ~ ') as _sluice_batch_events' if has_odd else batch }}
    {%- if kept %}
    except
    select {{ identities }}
    from {{ kept }}
    {%- endif %}
    {% if has_odd -%}
    ) as _sluice_new_events
    {%- endif %}
{% endmacro %}


{% macro count_new_events(options, new, kept) %}
    {# {'new', 'late', 'ties', 'conflicts', 'conflicts_with_delete'} of the batch. A tie is a (key, sequence) pair with
       several events, a conflict one with several different upserts, or a delete beside one. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% set identities = sluice.identities(options.typed, options['keys']) | join(', ') %}
    {% set rows = new %}
    {# Where events say what they set, their rows may differ and still say the same. #}
    {% if options.columns_to_update %}
        {% set rows, kept = sluice.told_events(options, new), sluice.told_events(options, kept) if kept else none %}
        {% set new = '_sluice_told' %}
    {% endif %}
    {% set query %}
        with {% if options.columns_to_update -%}
        _sluice_told as (
            select * from {{ rows }} as _sluice_new_told
            {%- if kept %}
            except
            select * from {{ kept }} as _sluice_kept_told
            {%- endif %}
        ),

        {% endif -%}
        _sluice_keyed as (
            select {{ keys }}, _sluice_sequence, _sluice_operation, 1 as _sluice_is_new
            from {{ new }}
            where _sluice_operation <> 'TRUNCATE'
            {%- if kept %}
            union all
            select {{ keys }}, _sluice_sequence, _sluice_operation, 0 as _sluice_is_new
            from {{ kept }} as _sluice_kept
            where _sluice_operation <> 'TRUNCATE'
            {%- endif %}
        ),

        _sluice_pairs as (
            select
                count(*) filter (where _sluice_operation = 'UPSERT') as num_upserts,
                count(*) filter (where _sluice_operation = 'DELETE') as num_deletes,
                coalesce(sum(_sluice_is_new) filter (where _sluice_operation = 'UPSERT'), 0) as num_new,
                coalesce(sum(_sluice_is_new) filter (where _sluice_operation = 'DELETE'), 0) as num_new_deletes
            from _sluice_keyed
            group by {{ identities }}, _sluice_sequence
            having count(*) > 1
        )
        {%- if kept %},

        _sluice_newest as (
            select {{ keys }}, max(_sluice_sequence) as _sluice_newest_sequence
            from {{ kept }} as _sluice_kept
            where _sluice_operation <> 'TRUNCATE'
            group by {{ identities }}
        )
        {%- endif %}

        select
            (select count(*) from {{ new }}) as new,
            {{ '1' if options.columns_to_update else '(select count(*) from _sluice_pairs)' }} as ties,
            (select count(*) from _sluice_pairs where {{ sluice.conflict_condition() }}) as conflicts,
            (
                select count(*) from _sluice_pairs where num_deletes > 0 and {{ sluice.conflict_condition() }}
            ) as conflicts_with_delete,
            {%- if kept %}
            (
                select count(*)
                from {{ new }} as _sluice_new
                inner join _sluice_newest
                    on {{ sluice.same_rows_condition(options.typed, options['keys'], '_sluice_new', '_sluice_newest') }}
                where _sluice_new._sluice_sequence < _sluice_newest._sluice_newest_sequence
            ) as late
            {%- else %}
            0 as late
            {%- endif %}
    {% endset %}
    {% do return(sluice.query_rows(query)[0]) %}
{% endmacro %}
