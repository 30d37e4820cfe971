{% macro files_read() %}
    {% set plans = [] %}
    {% for text in modules.re.findall('/\\* sluice:files (.*?) \\*/', model.get('compiled_code') or '') %}
        {% do plans.append(fromjson(text)) %}
    {% endfor %}
    {% do return(plans) %}
{% endmacro %}
