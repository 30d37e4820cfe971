{% macro event_set(options, columns, source, recorded, full_refresh) %}
    {# The set of events that the target is a function of, and what this run adds to it: {'options' (with the types of
       the events), 'batch', 'earlier' (what was there before, or none), 'record', 'recalculate', 'is_altered',
       'events' (the table that keeps them, or none), 'statements' that bring it up to date, 'goes_on' (the events so
       far lie in the streams), 'counted' (ranges whose rows are to be counted), 'staged'}. #}
    {% if source.kind == 'stream' and sluice.stays_with_kept_events(options, columns, source, recorded, full_refresh) %}
        {% do source.update({'kind': 'events', 'reason': 'it keeps events that its streams do not have'}) %}
    {% endif %}
    {% if source.kind == 'stream' %}
        {% do return(sluice.streamed_set(options, columns, source, recorded, full_refresh)) %}
    {% endif %}
    {% do return(sluice.kept_set(options, columns, source, recorded, full_refresh)) %}
{% endmacro %}


{% macro events_relation(relation=none) %}
    {# The kept events of a target (by default this one): the set that the target is a function of. #}
    {% do return(sluice.state_relation_of(relation or this, 'events')) %}
{% endmacro %}


{% macro kept_set(options, columns, source, recorded, full_refresh) %}
    {# Where the events are kept in a table beside the target. One that had them in its streams so far takes all of
       them over. #}
    {% set events = sluice.events_relation() %}
    {% set starts = full_refresh %}
    {% set comes = not full_refresh and recorded.get('state', {}).kind == 'stream' %}
    {% set feed = sluice.feed_with_flows_taken_away(source, recorded) if comes else source.feed %}
    {% set batch = sluice.stage_table('batch', sluice.staged_events(options, columns, feed)) %}
    {% set staged = sluice.columns_of(batch) %}
    {% set record = sluice.recorded_options(options, source, staged) %}
    {% set table = sluice.events_table(options, events, staged, recorded, record, source, full_refresh, comes) %}
    {% set existing = table.existing %}
    {% do return({
        'options': sluice.typed_options(options, table.columns, full_refresh),
        'batch': sluice.aligned_rows(table.columns, staged, batch),
        'earlier': sluice.with_adopted(
            none if table.is_new else sluice.aligned_rows(table.columns, existing, events), table.columns),
        'record': record,
        'recalculate': full_refresh or comes or recorded.rows != record.rows or recorded.get('recount') is true,
        'is_altered': table.is_new or table.columns != existing,
        'events': events,
        'statements': table.statements,
        'goes_on': comes,
        'counted': source.ranges | rejectattr('is_once', 'defined') | list if comes else [],
        'staged': [batch],
    }) %}
{% endmacro %}


{% macro events_table(options, events, staged, recorded, record, source, full_refresh, comes) %}
    {# What makes the table of the kept events, or brings it up to the batch: {'columns' that it has then, 'existing'
       ones, 'is_new', 'statements'}. A full refresh replays what stream() reads from its first batch on, and what
       read_files() reads from the first file on. A model that reads neither shows only its newest events: its kept ones
       are the feed then, as long as they would be made the same way again, and can take values of the types that
       come. #}
    {% set existing = none %}
    {% set kept = load_cached_relation(events) is not none %}
    {% if not comes and (not full_refresh
        or (kept and load_cached_relation(this) is not none and recorded and not source.is_replayed
            and not sluice.option_drift_errors(
                recorded, record, record.events | list + ['columns_to_update'], false))) %}
        {% set existing = sluice.columns_of(events) %}
    {% endif %}
    {% if existing is none or (full_refresh and (
        sluice.type_drift_errors(options, existing, staged) or sluice.narrowed_names(existing, staged)
    )) %}
        {% do return({
            'columns': staged, 'existing': staged, 'is_new': true,
            'statements': ['drop table if exists ' ~ events] + sluice.create_table_statements(events, staged),
        }) %}
    {% endif %}
    {% if not full_refresh %}{% do sluice.check_drift(options, recorded, record, existing, staged) %}{% endif %}
    {% set changes = sluice.sync_columns_statements(events, staged, existing=existing) %}
    {% do return({
        'columns': changes['all'], 'existing': existing, 'is_new': false, 'statements': changes.statements,
    }) %}
{% endmacro %}


{% macro typed_options(options, typed, full_refresh) %}
    {# The options with the types of the events, and with the columns that older events have beside those of the
       query. #}
    {% set names = sluice.user_columns(typed) | map(attribute='name') | list %}
    {% set options = dict(options, typed=typed, **sluice.value_options(options, names, [])) %}
    {% do options.update({'tracked': sluice.shown_columns(options.tracked, options, full_refresh)}) %}
    {% do return(options) %}
{% endmacro %}


{% macro new_events(options, batch, known) %}
    {# Set difference: copies within the batch and of known events vanish here, nulls being equal. Only known events
       with a key and a sequence of the batch can be copied, so whole rows are compared with these alone; a truncate has
       no key. #}
    {% set columns = options.typed %}
    {% set names = columns | map(attribute='name') | list %}
    {% set identities = sluice.identities(columns, names) | join(', ') %}
    {% set has_odd = sluice.odd_texts(columns, names) | length > 0 %}
    {% if has_odd -%}
    select {{ sluice.quoted(names) | join(', ') }}
    from (
    {%- endif %}
    select distinct {{ identities }}
    from {{ batch }} as _sluice_batch_events
    {%- if known %}
    except
    select {{ sluice.identities(columns, names, '_sluice_known_events') | join(', ') }}
    from {{ known }} as _sluice_known_events
    {%- if not options.truncates %}
    inner join (
        select distinct {{ sluice.identities(columns, options['keys']) | join(', ') }}, _sluice_sequence
        from {{ batch }} as _sluice_batch_pairs
    ) as _sluice_pairs
        on {{ sluice.same_rows_condition(columns, options['keys'], '_sluice_pairs', '_sluice_known_events') }}
        and _sluice_pairs._sluice_sequence = _sluice_known_events._sluice_sequence
    {%- endif %}
    {%- endif %}
    {% if has_odd -%}
    ) as _sluice_new_events
    {%- endif %}
{% endmacro %}
