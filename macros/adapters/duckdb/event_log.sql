{% macro duckdb__is_single_writer() %}
    {% do return(true) %}
{% endmacro %}
