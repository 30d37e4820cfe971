{% macro duckdb_is_object(schema) %}
    {# Valid JSON that begins with a brace; json_type() would take the line apart once more, and white space is rare. An
       object that names a field twice has two values for it: it is kept whole, as a record that cannot be read. #}
    {% do return(
        "json_valid(line) and case when starts_with(line, '{') then true else starts_with(ltrim(line, E' \\t\\r\\n'), '{') end"
        ~ (' and len(json_keys(line)) = len(list_distinct(json_keys(line)))' if schema.duplicates else '')
    ) %}
{% endmacro %}
