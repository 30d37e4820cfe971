{% macro quote(name) %}
    {# A name, quoted as the engine wants; its own quotation marks are doubled, which adapter.quote() leaves undone. #}
    {% set mark = adapter.quote('x')[0] %}
    {% do return(adapter.quote(name | replace(mark, mark ~ mark))) %}
{% endmacro %}
