{% macro is_apply_changes_snapshot() %}
    {% do return(config.get('strategy') in ('apply_changes', 'sluice.apply_changes')) %}
{% endmacro %}
