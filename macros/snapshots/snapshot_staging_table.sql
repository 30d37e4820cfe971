{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) %}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_staging_table')(strategy, source_sql, target_relation)) %}
    {% endif %}
    {% do return('select * from ' ~ strategy.staging) %}
{% endmacro %}
