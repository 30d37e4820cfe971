{% macro on_schema_change() %}
    {# dbt's default is ignore, and ours is to append: only the unrendered config tells which was meant. #}
    {% set chosen = (model.unrendered_config or {}).get('on_schema_change') %}
    {% if chosen is none %}{% do return('append_new_columns') %}{% endif %}
    {% do return(incremental_validate_on_schema_change(config.get('on_schema_change'), default='append_new_columns')) %}
{% endmacro %}
