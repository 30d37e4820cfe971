{% macro recorded_options(options) %}
    {# What the state depends on: kept with it, and compared at the next run. #}
    {% set given = config.get('meta') or {} %}
    {% set recorded = {} %}
    {% for name in (
        'apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list', 'track_history_column_list',
        'track_history_except_column_list', 'ignore_null_updates', 'ignore_null_updates_column_list',
        'ignore_null_updates_except_column_list',
    ) %}
        {% do recorded.update({name: given.get(name)}) %}
    {% endfor %}
    {% do recorded.update({
        'keys': options['keys'], 'sequence_by': options.sequence, 'scd_type': options.scd_type,
        'start_at': options.start_at, 'end_at': options.end_at, 'hard_deletes': options.hard_deletes,
    }) %}
    {% do return(recorded) %}
{% endmacro %}
