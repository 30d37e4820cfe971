{% macro duckdb_opened(paths) %}
    {# {'good', 'bad'}: the files that are there and may be opened. read_blob() passes over a missing one in silence. #}
    {% do return(sluice.duckdb_split(
        "select case when count(size) = COUNT then 1 else error('a file vanished') end from read_blob(PATHS)", paths)) %}
{% endmacro %}
