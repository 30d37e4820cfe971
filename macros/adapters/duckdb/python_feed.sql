{% macro duckdb__python_feed(relation, compiled_code) %}
    {{- py_write_table(temporary=false, relation=relation, compiled_code=compiled_code) }}
{%- endmacro %}
