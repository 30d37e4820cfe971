{% macro duckdb_list(values) %}
    {# From one JSON text: a literal for each of 100,000 values takes the parser as long as reading a million lines. #}
    {% do return('from_json(' ~ sluice.literal(tojson(values | list)) ~ ", '[\"VARCHAR\"]')") %}
{% endmacro %}
