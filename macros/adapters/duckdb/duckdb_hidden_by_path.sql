{% macro duckdb_hidden_by_path(name) %}
    {# A line may have a field of the same name as a folder level: where it says something else, it is rescued. #}
    {% set pointer = sluice.duckdb_json_pointer(name) %}
    {% do return('json_extract_string(line, ' ~ pointer ~ ') <> ' ~ sluice.duckdb_path_level(name)) %}
{% endmacro %}
