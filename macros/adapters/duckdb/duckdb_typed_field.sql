{% macro duckdb_typed_field(number, name, type) %}
    {% if type | upper == 'VARCHAR' %}{% do return('fields[' ~ number ~ ']') %}{% endif %}
    {% if type | upper == 'JSON' %}
        {% do return('case when fields[' ~ number ~ '] is not null then json_extract(line, ' ~ sluice.duckdb_json_pointer(name) ~ ') end') %}
    {% endif %}
    {% do return('try_cast(fields[' ~ number ~ '] as ' ~ type ~ ')') %}
{% endmacro %}
