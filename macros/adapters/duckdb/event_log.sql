{% macro duckdb__is_single_writer() %}
    {# A file has one; a DuckLake may have others on other machines. #}
    {% do return(not sluice.duckdb_is_lake(sluice.state_relation('event_log'))) %}
{% endmacro %}
