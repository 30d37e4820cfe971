{% macro check_apply_changes_target(existing, recorded, full_refresh) %}
    {# What stands where the target is to be, and rules that nobody would evaluate here. #}
    {% set errors = [] %}
    {% set events = sluice.events_relation() %}
    {% set way_out = 'rebuild it with: ' ~ sluice.rebuild_command(model) %}
    {% if full_refresh or existing is none %}
        {# What stands there is dropped. #}
    {% elif not existing.is_table %}
        {% do errors.append(existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; ' ~ way_out) %}
    {% elif recorded is none %}
        {% set is_history = sluice.interval_column(
            sluice.columns_of(existing), [sluice.interval_names(model)[0], 'dbt_valid_from']) is not none %}
        {% do errors.append(
            existing ~ ' exists, but sluice keeps no events for it, so it was made by something else; '
            ~ ('ways out: keep its versions as the beginning of this history: '
                ~ sluice.operation_command('adopt', model) ~ '; or, without them, ' if is_history else '') ~ way_out
            ~ ' (the rows that stand there are dropped then; keep a copy of what the feed does not tell again)'
        ) %}
    {% elif recorded.made_by %}
        {% do errors.append(
            existing ~ ' was made by something else meanwhile (' ~ recorded.made_by
            ~ '), so its rows are not those of this feed; ' ~ way_out
        ) %}
    {% elif recorded.get('state', {}).kind != 'stream' and load_cached_relation(events) is none %}
        {% do errors.append(
            'the kept events of ' ~ existing ~ ' are gone (expected the table ' ~ events
            ~ '), and without them the next rows cannot be worked out; ' ~ way_out
        ) %}
    {% endif %}
    {% for test in sluice.tests_of(model) %}
        {% set on_violation = sluice.on_violation(test, model) %}
        {% if on_violation is not none %}
            {% do errors.append(
                test.name ~ ' is an expectation (on_violation: ' ~ on_violation ~ '), and those judge the rows of a '
                ~ 'streaming_table; declare it on the streaming table that this model reads, '
                ~ 'or leave out on_violation to have a plain test'
            ) %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('apply_changes target error', errors) %}
{% endmacro %}


{% macro check_drift(options, recorded, record, before, staged) %}
    {# What the state, or the table made from it, cannot follow: other keys, SCD type, names of the interval; where
       events are kept, also what they were made by. Column lists may change: a column is then new, or gone. `before`
       are the columns of the events so far. #}
    {% set streamed = record.state.kind == 'stream' %}
    {% set names = [
        'keys', 'scd_type', 'start_at', 'end_at', 'system_time', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted',
    ] %}
    {% set made_by = ['sequence_by', 'apply_as_deletes', 'apply_as_truncates', 'columns_to_update'] %}
    {% set errors = sluice.option_drift_errors(
        recorded, record, names + ([] if streamed else made_by), options.snapshot is not none) %}
    {% do errors.extend(sluice.type_drift_errors(options, before, staged)) %}
    {% if errors %}
        {% do errors.append('the ' ~ ('table' if streamed else 'kept events')
            ~ ' cannot follow that; change it back, or start over: ' ~ sluice.rebuild_command(model)) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes drift', errors) %}
{% endmacro %}


{% macro recorded_options(options, source, staged) %}
    {# What the state depends on, kept with it and compared at the next run: what the events were made by, what shapes
       the rows that follow from them, and where the events lie. #}
    {% set events = {'keys': options['keys'], 'sequence_by': options.sequence} %}
    {% set rows = {} %}
    {% for name in ('scd_type', 'hard_deletes', 'open_end', 'on_schema_change') %}
        {% do rows.update({name: options[name]}) %}
    {% endfor %}
    {% for name in ('apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list') %}
        {% do events.update({name: options.given.get(name)}) %}
    {% endfor %}
    {# Only where it is set: records are older than this option. #}
    {% if options.columns_to_update %}
        {% do events.update({'columns_to_update': options.columns_to_update}) %}
    {% endif %}
    {% for name in (
        'track_history_column_list', 'track_history_except_column_list', 'ignore_null_updates',
        'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list',
    ) %}
        {% do rows.update({name: options.given.get(name)}) %}
    {% endfor %}
    {% if options.scd_type == 2 %}
        {% do rows.update({'start_at': options.start_at, 'end_at': options.end_at}) %}
    {% endif %}
    {% if options.system_time %}{% do rows.update({'system_time': true}) %}{% endif %}
    {% do rows.update(sluice.snapshot_only_columns(options)) %}
    {% set reads, types = {}, [] %}
    {% for range in source.ranges %}{% do reads.update({range.source: range.relation}) %}{% endfor %}
    {% for column in staged if column.name in options['keys'] or column.name == '_sluice_sequence' %}
        {% do types.append(column) %}
    {% endfor %}
    {% do return({'events': events, 'rows': rows, 'state': {
        'kind': source.kind, 'reason': source.reason, 'checked': source.checked, 'signature': source.signature,
        'template': none if source.reason else source.get('template'), 'reads': reads,
        'feed': sluice.names_and_types(options.feed), 'events': sluice.names_and_types(staged),
        'types': sluice.names_and_types(types),
    }}) %}
{% endmacro %}


{% macro option_drift_errors(recorded, record, names, snapshot) %}
    {# A message for each option among `names` that is not what the state was made with. #}
    {% set called = {'scd_type': 'stored_as_scd_type'} %}
    {% if snapshot %}
        {% set meta = 'snapshot_meta_column_names ' %}
        {% set called = {'keys': 'unique_key', 'start_at': meta ~ 'dbt_valid_from', 'end_at': meta ~ 'dbt_valid_to'} %}
        {% for name in ('dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted') %}
            {% do called.update({name: meta ~ name}) %}
        {% endfor %}
    {% endif %}
    {% set changes = [] %}
    {% for part in ('events', 'rows') %}
        {% set before, now = dict(recorded[part]), dict(record[part]) %}
        {% set later = 'columns_to_update' if part == 'events' else 'system_time' %}
        {% for options in (before, now) %}{% do options.setdefault(later, none) %}{% endfor %}
        {% for name in names
            if name in now and name in before and not sluice.is_same_option(name, before[name], now[name]) %}
            {% do changes.append(
                called.get(name, name) ~ ' was ' ~ tojson(before[name]) ~ ' and is now ' ~ tojson(now[name])
            ) %}
        {% endfor %}
    {% endfor %}
    {% do return(changes) %}
{% endmacro %}


{% macro is_same_option(name, before, now) %}
    {# Whether two values of an option mean the same: names, and SQL without text literals, in any case; where the order
       of names means nothing, in any order. #}
    {% if before == now or before is none or now is none or name not in (
        'keys', 'column_list', 'except_column_list', 'columns_to_update',
        'sequence_by', 'apply_as_deletes', 'apply_as_truncates',
    ) %}
        {% do return(before == now) %}
    {% endif %}
    {% set sides = [] %}
    {% for value in (before, now) %}
        {% set parts = [] %}
        {% for part in ([value] if value is string else value) %}
            {% do parts.append(part if "'" in part or '$' in part else part | lower) %}
        {% endfor %}
        {% do sides.append(parts if name == 'sequence_by' else parts | sort) %}
    {% endfor %}
    {% do return(sides[0] == sides[1]) %}
{% endmacro %}


{% macro type_drift_errors(options, kept, staged) %}
    {# Of the keys and the sequence, as messages: their values are compared, so their types must stay. #}
    {% set changes = [] %}
    {% for column in staged %}
        {% set old = sluice.find_column(kept, column.name) %}
        {% if old is not none and old.dtype != column.dtype
            and (column.name in options['keys'] or column.name == '_sluice_sequence') %}
            {% do changes.append(
                ('sequence_by' if column.name == '_sluice_sequence' else "key '" ~ column.name ~ "'")
                ~ ' was of type ' ~ old.dtype ~ ' and is now ' ~ column.dtype
            ) %}
        {% endif %}
    {% endfor %}
    {% do return(changes) %}
{% endmacro %}
