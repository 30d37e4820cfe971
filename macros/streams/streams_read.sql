{% macro streams_read() %}
    {# What stream() rendered into this node, read back: no second look at the source, so no race. #}
    {% set positions = {} %}
    {% for text in modules.re.findall('/\\* sluice:stream (.*?) \\*/', model.get('compiled_code') or '') %}
        {% set position = fromjson(text) %}
        {% do positions.update({position.source: position}) %}
    {% endfor %}
    {% do return(positions.values() | list) %}
{% endmacro %}
