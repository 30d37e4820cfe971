{% macro duckdb_is_packed(path) %}
    {% do return(path.lower().endswith(('.gz', '.zst'))) %}
{% endmacro %}
