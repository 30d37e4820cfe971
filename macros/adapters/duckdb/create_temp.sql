{% macro duckdb__create_temp(suffix, sql) %}
    {% set relation = sluice.temp_relation(suffix) %}
    {% do run_query('create or replace temp table ' ~ relation ~ ' as\n' ~ sql) %}
    {% do return(relation) %}
{% endmacro %}
