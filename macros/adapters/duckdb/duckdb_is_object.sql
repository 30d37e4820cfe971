{% macro duckdb_is_object(schema) %}
    {# An object that names a field twice has two values for it: it is kept whole, as a record that cannot be read. #}
    {% do return(
        "json_valid(line) and json_type(line) = 'OBJECT'"
        ~ (' and len(json_keys(line)) = len(list_distinct(json_keys(line)))' if schema.duplicates else '')
    ) %}
{% endmacro %}
