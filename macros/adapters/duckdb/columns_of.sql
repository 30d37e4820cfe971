{% macro duckdb__columns_of(relation) %}
    {% do return(sluice.duckdb_described(relation)) %}
{% endmacro %}
