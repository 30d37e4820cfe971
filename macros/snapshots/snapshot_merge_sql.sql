{% macro default__snapshot_merge_sql(target, source, insert_cols) %}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_merge_sql')(target, source, insert_cols)) %}
    {% endif %}
    {% set keys = config.get('unique_key') %}
    {% set names = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() %}
    {% set identity = sluice.quoted(([keys] if keys is string else keys) + [names.dbt_valid_from]) %}
    {% do return(sluice.merge_changes(identity, target, insert_cols, source, 'dbt_change_type')) %}
{% endmacro %}
