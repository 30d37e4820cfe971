{% macro duckdb_is_nested(type) %}
    {% set kind = type | upper | replace(' ', '') %}
    {% do return(kind.endswith(']') or kind.startswith(('STRUCT(', 'MAP('))) %}
{% endmacro %}
