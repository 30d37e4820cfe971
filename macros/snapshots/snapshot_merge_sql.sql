{% macro default__snapshot_merge_sql(target, source, insert_cols) %}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_merge_sql')(target, source, insert_cols)) %}
    {% endif %}
    {% set keys = config.get('unique_key') %}
    {% set identity = sluice.quoted(
        ([keys] if keys is string else keys) + [sluice.snapshot_column_names(model).dbt_valid_from]) %}
    {# dbt put its marks around the names and doubled none within. #}
    {% set names = [] %}
    {% for column in insert_cols %}{% do names.append(sluice.quote(column[1:-1])) %}{% endfor %}
    {% do return(sluice.merge_changes(identity, target, names, source, 'dbt_change_type')) %}
{% endmacro %}
