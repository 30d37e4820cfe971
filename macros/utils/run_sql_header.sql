{% macro run_sql_header() %}
    {# What the model's query needs beforehand (dbt's set_sql_header), once for all of our statements. #}
    {% if config.get('sql_header') %}{% do run_query(config.get('sql_header')) %}{% endif %}
{% endmacro %}
