{% macro warn_misspelt_options(node, given) %}
    {# meta is free-form, so an unknown key is legal; one that is nearly ours is most likely a typing error. #}
    {% set options = [
        'keys', 'sequence_by', 'apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list',
        'stored_as_scd_type', 'track_history_column_list', 'track_history_except_column_list', 'ignore_null_updates',
        'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list', 'start_at', 'end_at',
    ] %}
    {% for name in given if name not in options %}
        {% for option in options if sluice.nearly_equal(name, option) %}
            {% do exceptions.warn(
                node.unique_id ~ ": meta key '" ~ name ~ "' is no option of apply_changes; did you mean '" ~ option ~ "'?"
            ) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
