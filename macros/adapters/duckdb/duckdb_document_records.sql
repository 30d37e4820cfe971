{% macro duckdb_document_records(json) %}
    {# The records of a JSON document: of an array of objects each of them, else itself. DuckDB takes an array behind a
       byte order mark, and a second one, for one value. #}
    {% set elements = 'from_json(' ~ json ~ ", '[\"JSON\"]')" %}
    {% do return(
        'unnest(case when try(json_type(' ~ json ~ ")) = 'ARRAY' and not list_contains(list_transform(" ~ elements
        ~ ", lambda e: json_type(e) = 'OBJECT'), false) then " ~ elements ~ '::varchar[] else [' ~ json ~ '::varchar] end)'
    ) %}
{% endmacro %}
