{% macro quote(name) %}
    {# adapter.quote, and a quote character within the name is doubled. #}
    {% set mark = adapter.quote('')[0] %}
    {% do return(adapter.quote(name | replace(mark, mark ~ mark))) %}
{% endmacro %}
