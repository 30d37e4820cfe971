{% macro duckdb__create_temp(suffix, sql, relation=none) %}
    {% set temp = sluice.temp_relation(suffix, relation) %}
    {% do run_query('create or replace temp table ' ~ temp ~ ' as\n' ~ sql) %}
    {% do return(temp) %}
{% endmacro %}
