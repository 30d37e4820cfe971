{% macro duckdb_decoded(line) %}
    {# A line that was read as Latin-1, so one character a byte, as UTF-8 without a mark at its begin; bytes that are
       none are written \xNN. #}
    {% set bytes = "unhex(array_to_string(list_transform(string_split(" ~ line ~ ", ''), lambda c: printf('%02X', ord(c))), ''))" %}
    {% do return(
        "case when regexp_full_match(" ~ line ~ ", '[[:ascii:]]*') then " ~ line
        ~ " else coalesce(ltrim(try(decode(" ~ bytes ~ ")), chr(65279)), " ~ sluice.duckdb_escaped(bytes) ~ ") end"
    ) %}
{% endmacro %}
