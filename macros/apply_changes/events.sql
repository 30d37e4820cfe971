{% macro plan_changes(source, recorded, full_refresh) %}
    {# Works out what the events of a run make of the target; nothing is written. Returns {'options', 'rows' (a query),
       'changed', 'everything', 'batch', 'counts', 'records' (options to note), 'statements' that write the events,
       'ranges' as they are to be recorded, 'warnings' (events of the log), 'staged' (tables to drop)}. #}
    {% set plan = {
        'changed': false, 'everything': false, 'staged': [], 'statements': [], 'warnings': [], 'ranges': source.ranges,
        'records': {}, 'counts': sluice.event_counts(0, {'new': 0, 'late': 0, 'conflicts': 0}),
    } %}
    {% if sluice.has_nothing_new(source, full_refresh) %}{% do return(plan) %}{% endif %}
    {% set columns = sluice.query_columns(source.feed) %}
    {% set checked = source.is_known and recorded.state.feed == sluice.names_and_types(columns) %}
    {% set kept = sluice.names_kept(columns, recorded, full_refresh and source.is_replayed) %}
    {% set options = dict(
        sluice.apply_changes_options(model, columns, kept, checked=checked), is_checked=checked) %}
    {% if not checked and model.resource_type == 'model' %}
        {% do sluice.check_contract(sluice.contract_query(options, columns, source.feed)) %}
    {% endif %}

    {% set set = sluice.event_set(options, columns, source, recorded, full_refresh) %}
    {% set options = set.options %}
    {% if set.is_altered and load_cached_relation(sluice.adopted_relation()) is not none %}
        {# Adopted versions may have what is new. #}
        {% do set.update({'recalculate': true}) %}
    {% endif %}
    {% set adopted_warnings = sluice.check_adopted(options, recorded or {}) if set.recalculate else [] %}
    {% set counts = sluice.count_events(options, set.batch, set.earlier is none, set.counted) %}
    {% set warnings = sluice.check_streams_read(source, recorded, counts.streams) + sluice.flows_warnings(source)
        if set.goes_on else [] %}
    {% do sluice.check_events(counts, source, options) %}
    {% do plan.update({
        'options': options, 'batch': set.batch, 'staged': set.staged,
        'ranges': sluice.ranges_with_rows(source.ranges, counts.streams) if source.kind == 'stream' else source.ranges,
        'warnings': warnings + adopted_warnings + sluice.check_update_lists(options, set.batch),
    }) %}
    {% if recorded != set.record or full_refresh %}
        {% do plan.records.update({sluice.dataset_id(this): set.record}) %}
    {% endif %}
    {% if not counts.num_rows and not set.recalculate and not set.is_altered %}{% do return(plan) %}{% endif %}

    {% do plan.update({'everything': set.recalculate or counts.num_truncates > 0}) %}
    {% set known = sluice.known_events(options, set, plan.everything) %}
    {% if known is none %}
        {% set news = sluice.first_events(options, set.batch, counts) %}
    {% else %}
        {% set news = sluice.further_events(options, set.batch, known) %}
    {% endif %}
    {% set found = news.found %}
    {% do plan.statements.extend(set.statements) %}
    {% if set.events and (found.new or options.columns_to_update or known is none) %}
        {% do plan.statements.append(sluice.insert_statement(
            set.events, options.typed | map(attribute='name') | list, 'select * from ' ~ news.events)) %}
    {% endif %}
    {% if found.new %}{% do plan.warnings.extend(sluice.text_order_warnings(options, news.events, known)) %}{% endif %}
    {% if found.conflicts %}
        {% do plan.warnings.append(sluice.conflict_warning(options, found, news.repeated or news.events, known)) %}
    {% endif %}
    {% do plan.update({
        'rows': sluice.target_rows(options, sluice.all_events(set, known, news), news.deduplicated),
        'changed': set.recalculate or found.new > 0 or set.is_altered or options.columns_to_update is not none,
        'counts': sluice.event_counts(counts.num_rows, found),
        'staged': set.staged + news.staged + ([known] if known else []),
    }) %}
    {% do return(plan) %}
{% endmacro %}


{% macro known_events(options, set, everything) %}
    {# The events of the keys of the batch that were there before, staged; all of them where a truncate, or a change of
       options, may touch any key. None where there were none. #}
    {% if not set.earlier %}{% do return(none) %}{% endif %}
    {% set names = options.typed | map(attribute='name') | list %}
    {% set from_first = not everything and sluice.is_told_by_newest(options) %}
    {% set query %}
    select {{ sluice.exact_columns(options.typed, names, '_sluice_events') | join(', ') }}
    from {{ set.earlier }} as _sluice_events
    {%- if not everything %}
    inner join ({{ sluice.touched_keys(options.typed, options, set.batch) }}) as _sluice_touched
        on {{ sluice.same_rows_condition(options.typed, options['keys'], '_sluice_touched', '_sluice_events') }}
        {%- if from_first %}
        and _sluice_events._sluice_sequence >= _sluice_touched._sluice_first_sequence
        {%- endif %}
    {%- endif %}
    {% endset %}
    {% do return(sluice.stage_table('known', query)) %}
{% endmacro %}


{% macro is_told_by_newest(options) %}
    {# Whether a key's row is its newest event alone, so that known events older than all of the batch's can tell
       nothing: no copy, no tie, nothing that a late event is later than. Where the sequence is text or has parts, all
       are looked at, for the warning about the order of texts. #}
    {% set sequence = sluice.find_column(options.typed, '_sluice_sequence') %}
    {% do return(
        options.scd_type == 1 and not options.columns_to_update and not options.ignore_null_columns
        and sluice.type_family(sequence.dtype) not in ('text', 'nested')
    ) %}
{% endmacro %}


{% macro touched_keys(columns, options, batch) %}
    {# The keys of a batch, each once, with the first sequence that the batch has of it. Joined, not asked for by a
       subquery: one that is correlated takes equal values for one. #}
    {% set keys = sluice.identities(columns, options['keys']) | join(', ') %}
    {% do return('select ' ~ sluice.quoted(options['keys']) | join(', ')
        ~ ', min(_sluice_sequence) as _sluice_first_sequence from ' ~ batch ~ ' group by ' ~ keys) %}
{% endmacro %}


{% macro all_events(set, known, news) %}
    {# Where the truncates of all time are found. #}
    {% set parts = [] %}
    {% for events in (set.earlier, news.events) if events %}
        {% do parts.append('select _sluice_sequence, _sluice_operation from ' ~ events ~ ' as _sluice_set_'
            ~ loop.index) %}
    {% endfor %}
    {% do return('(' ~ parts | join('\nunion all\n') ~ ')') %}
{% endmacro %}


{% macro further_events(options, batch, known) %}
    {# What a batch brings beside known events: {'events' (a table without copies), 'found' (counts), 'deduplicated',
       'repeated', 'staged'}. #}
    {% set new = sluice.stage_table('new', sluice.new_events(options, batch, known)) %}
    {% set found = sluice.count_new_events(options, new, known) %}
    {% do return({
        'events': new, 'found': found, 'repeated': none, 'staged': [new],
        'deduplicated': sluice.deduplicated_events(options, new, known, found.ties > 0),
    }) %}
{% endmacro %}


{% macro first_events(options, batch, counts) %}
    {# The same for the first events there are. Nearly all of them are alone with their key and sequence, which a narrow
       look tells; whole rows are compared, and ties resolved, for the others only. #}
    {% if options.columns_to_update or counts.num_truncates %}
        {% do return(sluice.further_events(options, batch, none)) %}
    {% endif %}
    {% if not counts.num_repeated %}
        {% set alone = {'new': counts.num_rows, 'late': 0, 'ties': 0, 'conflicts': 0, 'conflicts_with_delete': 0} %}
        {% do return({
            'events': batch, 'found': alone, 'repeated': none, 'staged': [],
            'deduplicated': sluice.deduplicated_events(options, batch, none, false),
        }) %}
    {% endif %}
    {% set pairs = sluice.stage_table('pairs', sluice.repeated_pairs(options, batch)) %}
    {% set repeated = sluice.stage_table('repeated', sluice.new_events(
        options, sluice.rows_of_pairs(options, batch, pairs, true), none)) %}
    {% set found = sluice.count_new_events(options, repeated, none) %}
    {% set single = sluice.rows_of_pairs(options, batch, pairs, false) %}
    {% set names = options.typed | map(attribute='name') | list %}
    {% set list = sluice.quoted(names) | join(', ') %}
    {% set winners = sluice.deduplicated_events(options, repeated, none, true) %}
    {% set effective = sluice.quoted(options.columns) | join(', ') ~ ', _sluice_sequence, _sluice_operation' %}
    {% do return({
        'events': '(select ' ~ list ~ ' from ' ~ single ~ ' union all select ' ~ list ~ ' from ' ~ repeated ~ ')',
        'found': dict(found, new=found.new + counts.num_rows - counts.num_repeated),
        'repeated': repeated,
        'staged': [pairs, repeated],
        'deduplicated': 'select ' ~ effective ~ ' from (' ~ sluice.deduplicated_events(options, single, none, false)
            ~ ') as _sluice_single\nunion all\nselect ' ~ effective ~ ' from (' ~ winners ~ ') as _sluice_winners',
    }) %}
{% endmacro %}


{% macro repeated_pairs(options, batch) %}
    {# The (key, sequence) pairs that several events of a batch have. #}
    select {{ sluice.quoted(options['keys']) | join(', ') }}, _sluice_sequence
    from {{ batch }} as _sluice_batch_events
    group by {{ sluice.identities(options.typed, options['keys']) | join(', ') }}, _sluice_sequence
    having count(*) > 1
{% endmacro %}


{% macro rows_of_pairs(options, batch, pairs, wanted) %}
    {# The events of a batch that have one of these pairs, or those that have none. #}
    {% set names = options.typed | map(attribute='name') | list %}
    {% set same = sluice.same_rows_condition(options.typed, options['keys'], '_sluice_pairs', '_sluice_batch_events') %}
    {% set query %}
    (
        select {{ sluice.quoted(names, '_sluice_batch_events') | join(', ') }}
        from {{ batch }} as _sluice_batch_events
        {{ 'inner' if wanted else 'left' }} join {{ pairs }} as _sluice_pairs
            on {{ same }} and _sluice_pairs._sluice_sequence = _sluice_batch_events._sluice_sequence
        {%- if not wanted %}
        where _sluice_pairs._sluice_sequence is null
        {%- endif %}
    )
    {% endset %}
    {% do return(query) %}
{% endmacro %}
