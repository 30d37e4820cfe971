{% macro count_events(options, batch, looks_for_copies=false, ranges=[]) %}
    {# {'num_rows', 'num_truncates', 'num_repeated' (events that are not alone with their key and sequence, where that
       is asked for), 'nulls': {what: how many events have none}} of a batch, and 'streams', see stream_counts(). #}
    {% set conditions = {} %}
    {% for key in options['keys'] %}
        {% do conditions.update({
            "key column '" ~ key ~ "'": "_sluice_operation <> 'TRUNCATE' and " ~ sluice.quote(key) ~ ' is null',
        }) %}
    {% endfor %}
    {% for part in sluice.sequence_parts(options, batch) %}
        {% do conditions.update({"sequence_by '" ~ part.name ~ "'": part.null}) %}
    {% endfor %}
    {% set query %}
        select
            count(*) as num_rows,
            {%- for condition in conditions.values() %}
            count(*) filter (where {{ condition }}) as nulls_{{ loop.index }},
            {%- endfor %}
            {%- if looks_for_copies %}
            (
                select coalesce(sum(num_events), 0)
                from (
                    select count(*) as num_events
                    from {{ batch }} as _sluice_batch_events
                    where _sluice_operation <> 'TRUNCATE'
                    group by {{ sluice.identities(options.typed, options['keys']) | join(', ') }}, _sluice_sequence
                    having count(*) > 1
                ) as _sluice_pairs
            ) as num_repeated,
            {%- endif %}
            {%- for range in ranges %}
            {{ sluice.rows_up_to(range, range['from']) }} as earlier_{{ loop.index }},
            {{ sluice.rows_up_to(range, range.to) }} as read_{{ loop.index }},
            {%- endfor %}
            count(*) filter (where _sluice_operation = 'TRUNCATE') as num_truncates
        from {{ batch }} as _sluice_counted
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% set nulls = {} %}
    {% for what in conditions %}
        {% set count = found['nulls_' ~ loop.index] %}
        {% if count %}{% do nulls.update({what: count}) %}{% endif %}
    {% endfor %}
    {% set streams = {} %}
    {% for range in ranges %}
        {% do streams.update({range.source: {
            'earlier': found['earlier_' ~ loop.index] | int, 'all': found['read_' ~ loop.index] | int,
        }}) %}
    {% endfor %}
    {% do return({
        'streams': streams, 'num_rows': found.num_rows | int, 'num_truncates': found.num_truncates | int,
        'num_repeated': found.get('num_repeated', 0) | int, 'nulls': nulls,
    }) %}
{% endmacro %}


{% macro check_events(counts, source, options) %}
    {# A null key or sequence ends the run before anything is written: such an event has no place. #}
    {% set errors = [] %}
    {% for what, count in counts.nulls.items() %}
        {% do errors.append(what ~ ' is null in ' ~ count ~ ' of ' ~ counts.num_rows ~ ' events'
            ~ (sluice.nameless_events_example(source, options) if loop.first)) %}
    {% endfor %}
    {% if errors and source.arrived %}
        {% do errors.append(
            'expected a value in every one: without it an event has no place. Nothing was written, and these files are '
            ~ 'still unread. Ways out: repair the file; or leave such rows out in the query, where nothing keeps them: '
            ~ 'where ' ~ sluice.quoted(options['keys']) | join(' is not null and ') ~ ' is not null; or read the files '
            ~ 'by a streaming_table, whose expectation with on_violation: drop keeps them in its quarantine'
        ) %}
    {% elif errors %}
        {% do errors.append(
            'expected a value in every one: without it an event has no place. Nothing was written; '
            ~ 'drop such rows before this model '
            ~ '(an expectation with on_violation: drop on the streaming table keeps them in its quarantine)'
            ~ sluice.quarantine_commands()
        ) %}
    {% endif %}
    {% do sluice.raise_errors('Change events without key or sequence', errors) %}
{% endmacro %}


{% macro quarantine_commands() %}
    {# For rows that were read before there was a rule: what moves them out of the streaming tables that this model
       reads. #}
    {% set commands = [] %}
    {% for id in model.depends_on.nodes if sluice.is_streaming_table(graph.nodes.get(id)) %}
        {% do commands.append(sluice.operation_command('quarantine', graph.nodes[id])) %}
    {% endfor %}
    {% do return('. A rule that comes now does not look at rows that are there already; for these: '
        ~ commands | join(', ') if commands else '') %}
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
            from {{ new }} as _sluice_fresh
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
            (select count(*) from {{ new }} as _sluice_all_new) as new,
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
