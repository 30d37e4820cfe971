{% macro check_apply_changes_target(existing, recorded, full_refresh) %}
    {# What stands where the target is to be, and rules that nobody would evaluate here. #}
    {% set errors = [] %}
    {% if existing is not none and not existing.is_table and not full_refresh %}
        {% do errors.append(
            existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; rebuild it with: '
            ~ sluice.rebuild_command(model)
        ) %}
    {% elif not full_refresh and recorded is none %}
        {% do errors.append(
            existing ~ ' exists, but sluice keeps no events for it, so it was made by something else; rebuild it with: '
            ~ sluice.rebuild_command(model)
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


{% macro check_drift(options, recorded, kept, staged) %}
    {# What the kept events, or the table made from them, cannot follow: other keys, sequence, conditions, SCD type,
       names of the interval. Column lists may change: a column is then new, or gone. #}
    {% set errors = sluice.option_drift_errors(recorded, sluice.recorded_options(options), [
        'keys', 'sequence_by', 'apply_as_deletes', 'apply_as_truncates', 'scd_type', 'start_at', 'end_at',
    ], options.snapshot is not none) %}
    {% do errors.extend(sluice.type_drift_errors(options, kept, staged)) %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; change it back, or start over: '
            ~ sluice.rebuild_command(model)) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes drift', errors) %}
{% endmacro %}


{% macro recorded_options(options) %}
    {# What the state depends on, kept with it and compared at the next run: what the events were made by, and
       what shapes the rows that follow from them. #}
    {% set events = {'keys': options['keys'], 'sequence_by': options.sequence} %}
    {% set rows = {} %}
    {% for name in ('scd_type', 'hard_deletes', 'open_end', 'on_schema_change') %}
        {% do rows.update({name: options[name]}) %}
    {% endfor %}
    {% for name in ('apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list') %}
        {% do events.update({name: options.given.get(name)}) %}
    {% endfor %}
    {% for name in (
        'track_history_column_list', 'track_history_except_column_list', 'ignore_null_updates',
        'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list',
    ) %}
        {% do rows.update({name: options.given.get(name)}) %}
    {% endfor %}
    {% if options.scd_type == 2 %}
        {% do rows.update({'start_at': options.start_at, 'end_at': options.end_at}) %}
    {% endif %}
    {% do return({'events': events, 'rows': rows}) %}
{% endmacro %}


{% macro option_drift_errors(recorded, record, names, snapshot) %}
    {# A message for each option among `names` that is not what the state was made with. #}
    {% set called = {
        'keys': 'unique_key', 'start_at': 'snapshot_meta_column_names dbt_valid_from',
        'end_at': 'snapshot_meta_column_names dbt_valid_to',
    } if snapshot else {'scd_type': 'stored_as_scd_type'} %}
    {% set changes = [] %}
    {% for part in ('events', 'rows') %}
        {% for name, before in recorded[part].items() if name in names and name in record[part] %}
            {% set now = record[part][name] %}
            {% if before != now
                and not (name == 'keys' and before | map('lower') | sort == now | map('lower') | sort) %}
                {% do changes.append(
                    called.get(name, name) ~ ' was ' ~ tojson(before) ~ ' and is now ' ~ tojson(now)
                ) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(changes) %}
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
