{% macro default__build_snapshot_table(strategy, sql) %}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('build_snapshot_table')(strategy, sql)) %}
    {% endif %}
    {% do return('select * from ' ~ strategy.staging) %}
{% endmacro %}
