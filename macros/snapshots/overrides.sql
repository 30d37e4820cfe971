{% macro default__build_snapshot_table(strategy, sql) %}
    {# For strategy apply_changes the rows that were staged; for any other what dbt does. #}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('build_snapshot_table')(strategy, sql)) %}
    {% endif %}
    {% do return(strategy.staging) %}
{% endmacro %}


{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) %}
    {# For strategy apply_changes the changes that were staged; for any other what dbt does. #}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_staging_table')(strategy, source_sql, target_relation)) %}
    {% endif %}
    {% do return(strategy.staging) %}
{% endmacro %}


{% macro default__snapshot_merge_sql(target, source, insert_cols) %}
    {# Ours also changes closed versions, which dbt's merge never touches. #}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_merge_sql')(target, source, insert_cols)) %}
    {% endif %}
    {% set keys = config.get('unique_key') %}
    {% set identity = ([keys] if keys is string else keys) + [sluice.snapshot_column_names(model).dbt_valid_from] %}
    {# dbt put its marks around the names and doubled none within. #}
    {% set columns = [] %}
    {% set present = sluice.columns_of(target) %}
    {% for column in insert_cols %}{% do columns.append(sluice.find_column(present, column[1:-1])) %}{% endfor %}
    {% do return(sluice.write_statements(target, columns, identity, source, 'dbt_change_type') | join(';\n')) %}
{% endmacro %}


{% macro default__snapshot_get_time() %}
    {# dbt compares the type of its clock with that of the sequence, and warns. The clock plays no part in a
       feed's order, so for strategy apply_changes the answer is a null of the sequence's type. #}
    {% if model is not defined or model.resource_type != 'snapshot' or not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_get_time')()) %}
    {% endif %}
    {% set recorded = sluice.target_options(sluice.dataset_id(this)) %}
    {% set sequence = sluice.find_column(sluice.recorded_types(recorded, 'types'), '_sluice_sequence') %}
    {% do return('cast(null as ' ~ sequence.dtype ~ ')') %}
{% endmacro %}


{% macro builtin_macro(name) %}
    {# dbt's own implementation of a macro that this package overrides for strategy apply_changes. #}
    {% do return(dbt.get(adapter.type() ~ '__' ~ name) or dbt['default__' ~ name]) %}
{% endmacro %}
