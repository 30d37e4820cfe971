{% macro duckdb_hidden_by_path(name) %}
    {# A line may have a field of the same name as a folder level: where it says something else, it is rescued. #}
    {% set pointer = sluice.duckdb_json_pointer(name) %}
    {% set level = sluice.literal('/' ~ modules.re.escape(name) ~ '=([^/]*)/') %}
    {% do return(
        '(regexp_matches(path, ' ~ level ~ ') and json_extract_string(line, ' ~ pointer ~ ") <> url_decode(regexp_extract(path, " ~ level ~ ', 1)))'
    ) %}
{% endmacro %}
