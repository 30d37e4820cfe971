{% macro duckdb_typed_field(number, name, type) %}
    {% set kind = type | upper | replace(' ', '') %}
    {% set text = 'fields[' ~ number ~ ']' %}
    {% if kind == 'VARCHAR' %}{% do return(text) %}{% endif %}
    {% if kind == 'JSON' %}
        {% do return('case when ' ~ text ~ ' is not null then json_extract(line, ' ~ sluice.duckdb_json_pointer(name) ~ ') end') %}
    {% endif %}
    {# As JSON, for a text cannot become a map. #}
    {% if sluice.duckdb_is_nested(type) %}{% set text = 'try_cast(' ~ text ~ ' as json)' %}{% endif %}
    {% do return('try_cast(' ~ text ~ ' as ' ~ type ~ ')') %}
{% endmacro %}
