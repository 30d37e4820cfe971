{% macro apply_changes_options(columns) %}
    {# The options of this model or snapshot, checked against the columns of its query. Every error at once.
       Returns keys, sequence (list of expressions), deletes, truncates, output, tracked, filled (column
       names), scd_type, start_at, end_at, hard_deletes. #}
    {% set snapshot = model.resource_type == 'snapshot' %}
    {% set errors = [] %}
    {% set given = config.get('meta') or {} %}
    {% set names = columns | map(attribute='name') | list %}
    {% do errors.extend(sluice.reserved_column_errors(columns)) %}
    {% do sluice.warn_misspelt_options(given) %}

    {% set keys = sluice.column_list_option('unique_key' if snapshot else 'keys',
        config.get('unique_key') if snapshot else given.get('keys'), names, errors, required=true) %}
    {% set output = sluice.chosen_columns(given, 'column_list', 'except_column_list', names, names, errors) %}
    {% for key in keys if key not in output %}
        {% do errors.append("key '" ~ key ~ "' is dropped by column_list or except_column_list; the target needs every key") %}
    {% endfor %}
    {% set values = output | reject('in', keys) | list %}
    {% set scd_type = 2 if snapshot else given.get('stored_as_scd_type', 1) %}
    {% if scd_type | string not in ('1', '2') %}
        {% do errors.append('stored_as_scd_type must be 1 or 2, found: ' ~ scd_type) %}
    {% endif %}
    {% set scd_type = scd_type | int %}

    {% set sequence = given.get('sequence_by') %}
    {% set sequence = [sequence] if sequence is string else sequence %}
    {% if not sequence or sequence is mapping or sequence | reject('string') | list %}
        {% do errors.append(
            'sequence_by must be a column, an SQL expression or a list of them, found: ' ~ given.get('sequence_by')
        ) %}
        {% set sequence = [] %}
    {% endif %}
    {% for name in ('apply_as_deletes', 'apply_as_truncates') %}
        {% if given.get(name) is not none and given.get(name) is not string %}
            {% do errors.append(name ~ ' must be an SQL condition, found: ' ~ given.get(name)) %}
        {% endif %}
    {% endfor %}
    {% set interval = sluice.interval_columns(given, scd_type, output, errors) %}
    {% set tracked = sluice.chosen_columns(
        given, 'track_history_column_list', 'track_history_except_column_list', values, values, errors) %}
    {% if scd_type == 1 and (given.get('track_history_column_list') or given.get('track_history_except_column_list')) %}
        {% do errors.append('track_history_column_list and track_history_except_column_list need stored_as_scd_type: 2') %}
    {% endif %}
    {% set filled = sluice.filled_columns(given, values, errors) %}
    {% set hard_deletes = config.get('hard_deletes') or 'invalidate' if snapshot else 'invalidate' %}
    {% if hard_deletes not in ('invalidate', 'new_record') %}
        {% do errors.append(
            'hard_deletes must be invalidate or new_record with strategy apply_changes (a delete event always closes its version), found: '
            ~ hard_deletes) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes configuration errors', errors) %}

    {% do return({
        'keys': keys, 'sequence': sequence, 'output': output, 'values': values, 'tracked': tracked, 'filled': filled,
        'deletes': given.get('apply_as_deletes'), 'truncates': given.get('apply_as_truncates'),
        'scd_type': scd_type, 'start_at': interval.start_at, 'end_at': interval.end_at, 'hard_deletes': hard_deletes,
    }) %}
{% endmacro %}
