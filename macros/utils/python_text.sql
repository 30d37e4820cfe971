{% macro python_text(value) %}
    {# A Python string literal; JSON text is one. #}
    {% do return(tojson(value)) %}
{% endmacro %}
