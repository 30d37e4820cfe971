{% macro event_source(feed, recorded, full_refresh, plans=[], ranges=none) %}
    {# Where the set of events of this target lies: in the streaming tables themselves where the query reads them row by
       row ('stream'), beside the target elsewhere ('events'). Returns {'kind', 'reason' why not the stream, 'feed'
       of this run and its 'template', 'ranges', 'earlier' ranges, those of flows that are 'gone', 'arrived' (see
       arrived_rows(), or none), 'is_replayed' (a full refresh reads all events again), 'checked' (what this was decided
       for), 'signature' of the options, 'is_known' (nothing of all this is new)}. `plans` are those of read_files(),
       `ranges` those of stream() where they do not stand in the feed. #}
    {% set given = model.config.get('meta') or {} %}
    {% set ranges = sluice.ranges_read(feed) if ranges is none else ranges %}
    {% set template = sluice.feed_template(feed, ranges) if ranges else none %}
    {% if full_refresh and template and ranges | selectattr('from') | list %}
        {% set ranges = sluice.whole_ranges(ranges) %}
        {% set feed = sluice.feed_over(template, ranges) %}
    {% endif %}
    {% set arrived = sluice.arrived_rows(feed, plans) if plans else none %}
    {% set conditions = [given.get('apply_as_deletes'), given.get('apply_as_truncates'), given.get('sequence_by')] %}
    {% set query = sluice.outlines(feed) if plans else template or feed %}
    {% set checked = local_md5(tojson([query, conditions, given.get('keep_events'), config.get('full_refresh')])) %}
    {% set before = (recorded or {}).get('state', {}) if not full_refresh else {} %}
    {% set gone = sluice.flows_taken_away(before, ranges) %}
    {% if before.checked == checked and not gone %}
        {% set kind, reason = before.kind, before.reason %}
    {% else %}
        {% set reason = 'it reads files itself' if plans
            else sluice.kept_events_reason(template, ranges, conditions) %}
        {% if gone and not reason %}
            {% set reason = 'it has read ' ~ gone | map(attribute='source') | join(', ') ~ ' before' %}
        {% endif %}
        {% do sluice.raise_errors('apply_changes configuration errors',
            sluice.keep_events_errors(given.get('keep_events'), reason)) %}
        {% set kind = 'events' if reason or given.get('keep_events') else 'stream' %}
    {% endif %}
    {# All of them, also those that were not read before: each stands in the template. #}
    {% set earlier = [] %}
    {% if ranges | selectattr('from') | list %}
        {% for range in ranges if not range.get('is_once') %}
            {% do earlier.append(dict(range, from=0, to=range['from'])) %}
        {% endfor %}
    {% endif %}
    {% set signature = sluice.signature_of(model) %}
    {% do return({
        'kind': kind, 'reason': reason, 'feed': arrived.feed if arrived else feed, 'arrived': arrived,
        'template': none if arrived else template, 'ranges': ranges, 'earlier': earlier, 'gone': gone,
        'is_replayed': (ranges or plans) | length > 0,
        'checked': checked, 'signature': signature,
        'is_known': before.checked == checked and before.signature == signature and not recorded.get('recount'),
    }) %}
{% endmacro %}


{% macro signature_of(node) %}
    {# The same text as long as nothing that is configured is another. #}
    {% set config, parts = node.config, [node.columns | dictsort] %}
    {% for name in ('meta', 'unique_key', 'hard_deletes', 'on_schema_change', 'snapshot_meta_column_names',
        'dbt_valid_to_current') %}
        {% do parts.append(config.get(name)) %}
    {% endfor %}
    {% do return(local_md5(tojson(parts + [(config.get('contract') or {}).get('enforced')], sort_keys=true))) %}
{% endmacro %}


{% macro has_nothing_new(source, full_refresh) %}
    {# Whether there is nothing to do, and nothing to look at: no batch, no row of a file, and options that were checked
       before. #}
    {% if full_refresh or not source.is_known or (source.arrived.has_rows if source.arrived else
        source.kind != 'stream') %}
        {% do return(false) %}
    {% endif %}
    {% do return(not sluice.has_news(source.ranges)) %}
{% endmacro %}


{% macro keep_events_errors(keep, reason) %}
    {# What the option keep_events must be, and where it cannot be false. #}
    {% if keep is not none and keep is not boolean %}
        {% do return(['keep_events must be true or false, found: ' ~ tojson(keep)]) %}
    {% elif keep is false and reason %}
        {% do return(['keep_events is false, but ' ~ reason ~ ', so the streaming table alone would not tell what '
            ~ 'the events were; way out: leave the option out, or read the stream row by row']) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}


{% macro kept_events_reason(template, ranges, conditions) %}
    {# Why the events have to be kept beside the target, or none where a streaming table can be the set: its rows, read
       again, must be the same events. #}
    {% if model.language == 'python' %}{% do return('it is a Python model') %}{% endif %}
    {% if not ranges %}{% do return('it reads no stream()') %}{% endif %}
    {% for range in ranges if range.get('is_once') %}
        {% do return('it reads ' ~ range.source ~ ' once') %}
    {% endfor %}
    {% if config.get('full_refresh') is false %}
        {% do return('it has full_refresh: false, and is to outlast a stream that is rebuilt') %}
    {% endif %}
    {% if template is none %}{% do return('its query changes what stream() yields') %}{% endif %}
    {% set moment = sluice.moment_in(template) %}
    {% if moment %}{% do return('its query holds ' ~ moment) %}{% endif %}
    {% set expressions = [] %}
    {% for condition in conditions if condition is not none %}
        {% do expressions.extend([condition] if condition is string else condition | list) %}
    {% endfor %}
    {% set names = [] %}
    {% for range in ranges %}{% do names.append('_sluice_stream ' ~ range.source) %}{% endfor %}
    {% set sql = 'select ' ~ (['*'] + expressions) | join('\n, ') ~ '\nfrom (\n' ~ template ~ '\n) as changes' %}
    {% do return(sluice.not_row_by_row(sql, names)) %}
{% endmacro %}


{% macro check_streams_read(source, recorded, counts) %}
    {# A target whose events lie in its streams goes on only with all of them, and with all of their rows: what was
       removed would take versions with it. Returns warnings, as events of the log. #}
    {% set errors = [] %}
    {% set known = (source.ranges + source.gone) | map(attribute='source') | list %}
    {% for id in recorded.state.reads if id not in known and not sluice.is_renamed_stream(id, source, counts) %}
        {% do errors.append('its events lie in ' ~ id ~ ', which it no longer reads, so its rows would lose what '
            ~ 'came from there') %}
    {% endfor %}
    {% for range in source.earlier %}
        {% set there = counts[range.source].earlier %}
        {% if range.rows_read is not none and there < range.rows_read and not range.restarted
            and not recorded.get('recount') %}
            {% do errors.append(range.source ~ ' has ' ~ there ~ ' rows in its first ' ~ range.to
                ~ ' batches, and had ' ~ range.rows_read ~ ' when this target read them: some were deleted, and their '
                ~ 'versions would be lost with them') %}
        {% endif %}
    {% endfor %}
    {% if errors %}
        {% do errors.append('ways out: bring back what is missing; or make the target of what is there now: '
            ~ sluice.rebuild_command(model)) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes drift', errors) %}
    {# A rebuilt stream is followed, as if the target were refreshed with it; rows that it lost on the way are told. #}
    {% set warnings = [] %}
    {% for range in source.ranges if range.restarted and range.rows_read is not none
        and counts[range.source]['all'] < range.rows_read %}
        {% do warnings.append(sluice.flow_warning(
            model.name ~ ': ' ~ range.source ~ ' was rebuilt and has ' ~ counts[range.source]['all']
            ~ ' rows now, it had ' ~ range.rows_read ~ ' when this target read them. The target follows from those '
            ~ 'that are there; keep_events: true keeps what a stream had.', {})) %}
    {% endfor %}
    {% do return(warnings) %}
{% endmacro %}


{% macro is_renamed_stream(id, source, counts) %}
    {# Whether a stream that is no dataset any more is probably one that is read for the first time now: it has at least
       as many rows. #}
    {% for node in graph.nodes.values() if node.resource_type in ('model', 'snapshot', 'seed')
        and id in sluice.dataset_ids_of(node) %}
        {% do return(false) %}
    {% endfor %}
    {% set read = sluice.committed_batch(sluice.dataset_id(this), id, this.database) %}
    {% for range in source.ranges if not range.known and read.rows is not none
        and counts[range.source]['all'] >= read.rows %}
        {% do return(true) %}
    {% endfor %}
    {% do return(false) %}
{% endmacro %}


{% macro rows_up_to(range, batch) %}
    {# How many rows a stream has up to a batch, as an expression. #}
    {% do return('(select count(*) from ' ~ range.relation ~ ' where _sluice_batch <= ' ~ batch ~ ')') %}
{% endmacro %}


{% macro ranges_with_rows(ranges, counts) %}
    {# The ranges of a target whose events lie in its streams, as they are recorded: with the number of rows up to
       there, by which it is seen if some are deleted. #}
    {% set result = [] %}
    {% for range in ranges %}{% do result.append(dict(range, rows=counts[range.source]['all'])) %}{% endfor %}
    {% do return(result) %}
{% endmacro %}
