{% macro apply_events(options, batch, recorded, afresh) %}
    {# Adds the batch to the kept events and works out what follows for the target. Only the state is written here.
       Returns {'options', 'rows' (a query), 'changed', 'everything', 'batch', 'temps', 'metrics'}. #}
    {% set events = sluice.events_relation() %}
    {% set record = sluice.recorded_options(options) %}
    {% set counts = sluice.check_events(options, batch) %}
    {% set recalculate = afresh or recorded.rows != record.rows %}
    {% set metrics = {
        'num_input_rows': counts.num_rows, 'num_upserted_rows': 0, 'num_deleted_rows': 0,
        'num_late_rows': 0, 'num_duplicate_rows': 0, 'num_conflicts': 0,
    } %}
    {% set plan = {'options': options, 'batch': batch, 'temps': [batch], 'metrics': metrics, 'changed': false} %}
    {% if not counts.num_rows and not recalculate and recorded == record
        and not sluice.new_columns(options.output, events) %}
        {% do return(plan) %}
    {% endif %}

    {% set staged = sluice.columns_of(batch) %}
    {% set kept = sluice.kept_columns(options, events, staged, recorded, record, afresh) %}
    {% do options.update(sluice.value_options(options, sluice.user_columns(kept.columns), [])) %}
    {% set everything = recalculate or counts.num_truncates > 0 %}
    {% if kept.new %}
        {# The first events are all the events there are. #}
        {% set known, fresh = none, events %}
        {% do sluice.insert_rows(events, kept.columns, sluice.fresh_events(kept.columns, staged, batch, none)) %}
    {% else %}
        {% set known = sluice.create_temp('known', sluice.known_events(options, events, batch, everything)) %}
        {% set fresh = sluice.create_temp('fresh', sluice.fresh_events(kept.columns, staged, batch, known)) %}
        {% do plan.temps.extend([known, fresh]) %}
    {% endif %}
    {% set found = sluice.count_events(options, fresh, known) %}
    {% if found.fresh and not kept.new %}
        {% do sluice.insert_rows(events, kept.columns, 'select * from ' ~ fresh) %}
    {% endif %}
    {% if found.conflicts %}{% do sluice.warn_conflicts(found.conflicts) %}{% endif %}
    {% if recorded != record %}{% do sluice.record_target_options(sluice.dataset_id(this), record) %}{% endif %}

    {% do metrics.update({
        'num_late_rows': found.late,
        'num_duplicate_rows': counts.num_rows - found.fresh,
        'num_conflicts': found.conflicts,
    }) %}
    {% do plan.update({
        'rows': sluice.target_rows(options, events, sluice.deciding_events(options, fresh, known, found.ties > 0)),
        'changed': recalculate or found.fresh > 0 or kept.altered,
        'everything': everything,
    }) %}
    {% do return(plan) %}
{% endmacro %}


{% macro events_relation(relation=none) %}
    {# The kept events of a target (by default this one): the set that the target is a function of. #}
    {% set relation = relation or this %}
    {% set prefix = '' if relation.schema | lower == target.schema | lower else relation.schema ~ '.' %}
    {% do return(sluice.state_relation(prefix ~ relation.identifier ~ '__events', relation.database)) %}
{% endmacro %}


{% macro kept_columns(options, events, staged, recorded, record, afresh) %}
    {# Makes the table of the kept events, or brings it up to the batch. Returns {'columns', 'new', 'altered'}.
       A full refresh replays what stream() reads from its first batch on. A model that reads no stream shows only
       its newest events: its kept ones are the feed then, as long as they would be made the same way again. #}
    {% if afresh and (load_cached_relation(this) is none or not recorded
        or sluice.streams_read() or recorded.events != record.events) %}
        {% set kept = none %}
    {% else %}
        {% set kept = sluice.columns_of(events) %}
        {% if afresh and sluice.type_changes(options, kept, staged) %}{% set kept = none %}{% endif %}
    {% endif %}
    {% if kept is none %}
        {% do run_query('drop table if exists ' ~ events) %}
        {% do sluice.create_table(events, staged) %}
        {% do return({'columns': staged, 'new': true, 'altered': true}) %}
    {% endif %}
    {% if not afresh %}{% do sluice.check_drift(options, recorded, kept, staged) %}{% endif %}
    {% set columns = sluice.sync_columns(events, staged, existing=kept)['all'] %}
    {% do return({'columns': columns, 'new': false, 'altered': columns != kept}) %}
{% endmacro %}


{% macro new_columns(names, relation) %}
    {# Those that a table does not have, in lower case. The kept events get them with an empty batch too. #}
    {% set there = sluice.columns_of(relation) | map(attribute='name') | map('lower') | list %}
    {% do return(names | map('lower') | reject('in', there) | list) %}
{% endmacro %}


{% macro known_events(options, events, batch, everything) %}
    {# The kept events of the keys of the batch; all of them where a truncate may touch any key. #}
    select events.*
    from {{ events }} as events
    {%- if not everything %}
    inner join (
        select distinct {{ sluice.quoted(options['keys']) | join(', ') }} from {{ batch }}
    ) as touched using ({{ sluice.quoted(options['keys']) | join(', ') }})
    {%- endif %}
{% endmacro %}


{% macro fresh_events(columns, batch_columns, batch, known) %}
    {# Set difference: copies within the batch and of kept events vanish here, nulls being equal. #}
    {% set selected = [] %}
    {% set names = [] %}
    {% for column in columns %}
        {% set name = sluice.quote(column.name) %}
        {% set given = sluice.column_named(batch_columns, column.name) %}
        {% do names.append(name) %}
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
    {%- if known %}
    except
    select {{ names | join(', ') }}
    from {{ known }}
    {%- endif %}
{% endmacro %}


{% macro count_events(options, fresh, known) %}
    {# {'fresh', 'late', 'ties', 'conflicts'} of the batch. A tie is a (key, sequence) pair with several
       events, a conflict one with several different upserts of which one is new. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% do return(sluice.rows("
        with keyed as (
            select " ~ keys ~ ", _sluice_sequence, _sluice_operation, 1 as is_fresh from " ~ fresh ~ "
            where _sluice_operation <> 'TRUNCATE'
            " ~ ("union all
            select " ~ keys ~ ", _sluice_sequence, _sluice_operation, 0 as is_fresh from " ~ known ~ "
            where _sluice_operation <> 'TRUNCATE'" if known else '') ~ "
        ),

        pairs as (
            select
                count(*) filter (where _sluice_operation = 'UPSERT') as num_upserts,
                coalesce(sum(is_fresh) filter (where _sluice_operation = 'UPSERT'), 0) as num_fresh
            from keyed
            group by " ~ keys ~ ", _sluice_sequence
            having count(*) > 1
        )" ~ (",

        newest as (
            select " ~ keys ~ ", max(_sluice_sequence) as newest_sequence
            from " ~ known ~ "
            where _sluice_operation <> 'TRUNCATE'
            group by " ~ keys ~ "
        )" if known else '') ~ "

        select
            (select count(*) from " ~ fresh ~ ") as fresh,
            (select count(*) from pairs) as ties,
            (select count(*) from pairs where num_upserts > 1 and num_fresh > 0) as conflicts,
            " ~ ("(
                select count(*) from " ~ fresh ~ " as fresh
                inner join newest using (" ~ keys ~ ")
                where fresh._sluice_sequence < newest.newest_sequence
            )" if known else '0') ~ " as late"
    )[0]) %}
{% endmacro %}


{% macro warn_conflicts(count) %}
    {% set message = model.name ~ ': ' ~ count ~ ' (key, sequence) pairs have conflicting upserts; the greatest values win. '
        ~ 'A finer sequence_by would tell which came last.' %}
    {% do exceptions.warn(message) %}
    {% do sluice.log_events([{
        'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
        'details': {'unique_id': model.unique_id, 'relation': this | string, 'num_conflicts': count},
    }], this.database) %}
{% endmacro %}
