{% macro duckdb_json_type(structure) %}
    {# Nested values stay JSON, which no later field can fail to fit; mixed ones become text. #}
    {% if structure[:1] in ('{', '[') %}{% do return('JSON') %}{% endif %}
    {% do return({
        '"BOOLEAN"': 'BOOLEAN', '"BIGINT"': 'BIGINT', '"UBIGINT"': 'BIGINT', '"DOUBLE"': 'DOUBLE',
    }.get(structure, 'VARCHAR')) %}
{% endmacro %}
