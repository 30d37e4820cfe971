{% macro starts_over() %}
    {# dbt never full-refreshes a snapshot; sluice.rebuild does. #}
    {% if load_cached_relation(this) is none %}{% do return(true) %}{% endif %}
    {% do return(model.resource_type == 'model' and should_full_refresh()) %}
{% endmacro %}
