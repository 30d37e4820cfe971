{% macro duckdb_json_type(kinds) %}
    {# Objects and lists stay JSON, which no later value can fail to fit; mixed scalars become text. #}
    {% set found = kinds.split(' ') | reject('equalto', '') | list %}
    {% if 'OBJECT' in found or 'ARRAY' in found %}{% do return('JSON') %}{% endif %}
    {% for type, takes in [('BOOLEAN', ['BOOLEAN']), ('BIGINT', ['BIGINT', 'UBIGINT']), ('DOUBLE', ['BIGINT', 'UBIGINT', 'DOUBLE'])] %}
        {% if found and not found | reject('in', takes) | list %}{% do return(type) %}{% endif %}
    {% endfor %}
    {% do return('VARCHAR') %}
{% endmacro %}
