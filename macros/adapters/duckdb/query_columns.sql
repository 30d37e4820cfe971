{% macro duckdb__query_columns(sql) %}
    {% do return(sluice.duckdb_described(sql)) %}
{% endmacro %}
