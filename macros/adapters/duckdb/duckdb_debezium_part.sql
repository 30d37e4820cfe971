{% macro duckdb_debezium_part(path, type) %}
    {# A block of the envelope may be JSON or its text. #}
    {% set steps = path.split('.') %}
    {% set value = namespace(sql='envelope') %}
    {% for step in steps %}
        {% set value.sql = value.sql ~ ' ->> ' ~ sluice.duckdb_json_pointer(step) %}
        {% if not loop.last %}{% set value.sql = 'try_cast(' ~ value.sql ~ ' as json)' %}{% endif %}
    {% endfor %}
    {% do return('try_cast(' ~ value.sql ~ ' as ' ~ type ~ ')') %}
{% endmacro %}
