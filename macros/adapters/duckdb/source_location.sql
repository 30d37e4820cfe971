{% macro duckdb__source_location(source) %}
    {# dbt-duckdb quotes the location for use in a from clause. #}
    {% do return((source.external or '').strip("'")) %}
{% endmacro %}
