{% macro literal(value) %}
    {% if value is none %}{% do return('null') %}{% endif %}
    {% if value is boolean or value is number %}{% do return(value | string | lower) %}{% endif %}
    {% do return(dbt.string_literal(dbt.escape_single_quotes(value | string))) %}
{% endmacro %}
