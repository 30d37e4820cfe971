{% macro option_names() %}
    {% do return([
        'keys', 'sequence_by', 'apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list',
        'stored_as_scd_type', 'track_history_column_list', 'track_history_except_column_list', 'ignore_null_updates',
        'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list', 'start_at', 'end_at',
    ]) %}
{% endmacro %}
