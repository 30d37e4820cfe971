{% macro duckdb__listed_files(files) %}
    {# One JSON text, as in duckdb_list. #}
    {% set type = '[{"path": "VARCHAR", "size": "BIGINT", "modified_at": "TIMESTAMP"}]' %}
    {% do return(
        'select unnest(from_json(' ~ sluice.literal(tojson(files)) ~ ', ' ~ sluice.literal(type) ~ '), recursive := true)') %}
{% endmacro %}
