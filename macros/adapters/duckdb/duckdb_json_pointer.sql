{% macro duckdb_json_pointer(field) %}
    {% do return(sluice.literal('/' ~ field | replace('~', '~0') | replace('/', '~1'))) %}
{% endmacro %}
