{% macro duckdb_escaped(bytes) %}
    {# Bytes as a text that says each of them: what is no printable ASCII is written \xNN. #}
    {% do return("replace(replace((" ~ bytes ~ ")::varchar, '\\x22', '\"'), '\\x27', '''')") %}
{% endmacro %}
