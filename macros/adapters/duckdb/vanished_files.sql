{% macro duckdb__vanished_files(files) %}
    {% do return(sluice.duckdb_opened(files | map(attribute='path') | list).bad) %}
{% endmacro %}
