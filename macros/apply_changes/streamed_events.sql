{% macro streamed_set(options, columns, source, recorded, full_refresh) %}
    {# Where the streaming tables themselves are the set of events: those that were known are the same query over the
       batches read before, and nothing is kept beside the target. #}
    {% set goes_on = not full_refresh and recorded.get('state', {}).kind == 'stream' %}
    {% set news = sluice.staged_events(options, columns, source.feed) %}
    {% set earlier = none %}
    {% if source.earlier and not full_refresh %}
        {% set earlier = '(' ~ sluice.staged_events(
            options, columns, sluice.feed_over(source.template, source.earlier)) ~ ')' %}
    {% endif %}
    {# Rows of a stream stand, so a first load reads them where they are. #}
    {% set stays = earlier is none and load_cached_relation(sluice.adopted_relation()) is none %}
    {% set batch = '(' ~ news ~ ')' if stays else sluice.stage_table('batch', news) %}
    {% set staged = sluice.recorded_types(recorded, 'events') if goes_on and options.is_checked
        else sluice.query_columns('select * from ' ~ batch) %}
    {% set record = sluice.recorded_options(options, source, staged) %}
    {% if goes_on %}
        {% do sluice.check_drift(options, recorded, record, sluice.recorded_types(recorded, 'types'), staged) %}
    {% endif %}
    {# Events that were kept so far are dropped last, when it is noted where they lie now. #}
    {% set events = sluice.events_relation() %}
    {% do return({
        'options': sluice.typed_options(options, staged, full_refresh),
        'batch': batch | string,
        'earlier': sluice.with_adopted(earlier, staged),
        'record': record,
        'recalculate': not goes_on or sluice.is_reshaped(recorded, record, source),
        'is_altered': goes_on and recorded.state.events != record.state.events,
        'events': none,
        'statements': [],
        'goes_on': goes_on,
        'counted': source.ranges,
        'staged': ([] if stays else [batch]) + ([events] if load_cached_relation(events) is not none else []),
    }) %}
{% endmacro %}


{% macro is_reshaped(recorded, record, source) %}
    {# Whether the query or options that shape events or rows are others than last time, a stream was rebuilt, or rows
       were taken out of it (recount): all rows follow anew from the streams then. #}
    {% do return(
        recorded.get('recount') is true
        or recorded.rows != record.rows or recorded.events != record.events
        or recorded.state.template != record.state.template
        or source.ranges | selectattr('restarted') | list | length > 0
    ) %}
{% endmacro %}


{% macro recorded_types(recorded, part) %}
    {# The columns that the events had ('events'), or the keys and the sequence of them ('types'). #}
    {% set columns = [] %}
    {% for column in recorded.state[part] %}{% do columns.append(api.Column(column[0], column[1])) %}{% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro whole_feed(source) %}
    {# The query over all batches of its streams up to this run's. #}
    {% do return(sluice.feed_over(source.template, sluice.whole_ranges(source.ranges)) if source.template
        else source.feed) %}
{% endmacro %}


{% macro whole_ranges(ranges) %}
    {# Ranges that begin with the first batch. #}
    {% set whole = [] %}
    {% for range in ranges %}{% do whole.append(dict(range, from=0)) %}{% endfor %}
    {% do return(whole) %}
{% endmacro %}


{% macro stays_with_kept_events(options, columns, source, recorded, full_refresh) %}
    {# Whether a target that has kept its events so far has one that its streams do not yield: it goes over to them only
       if nothing is lost. #}
    {% set events = sluice.events_relation() %}
    {% if full_refresh or recorded.get('state', {}).kind == 'stream' or load_cached_relation(events) is none %}
        {% do return(false) %}
    {% elif not source.earlier %}
        {% do return(true) %}
    {% endif %}
    {% set query = sluice.staged_events(options, columns, sluice.feed_over(source.template, source.earlier)) %}
    {% set described = sluice.described({'kept': events, 'streamed': query}).columns %}
    {% if described.kept != described.streamed %}{% do return(true) %}{% endif %}
    {% set names = described.kept | map(attribute='name') | list %}
    {% set exact = sluice.exact_columns(described.kept, names) | join(', ') %}
    {% set identities = sluice.identities(described.kept, names) | join(', ') %}
    {% set lost %}
        select count(*) as num_events
        from (
            select {{ identities }} from (select {{ exact }} from {{ events }}) as _sluice_kept
            except
            select {{ identities }} from ({{ query }}) as _sluice_streamed
        ) as _sluice_lost
    {% endset %}
    {% do return(sluice.query_rows(lost)[0].num_events | int > 0) %}
{% endmacro %}
