{% macro files_read() %}
    {# A source that is read twice in one query is one plan. #}
    {% set plans = [] %}
    {% for text in modules.re.findall('/\\* sluice:files (.*?) \\*/', model.get('compiled_code') or '') | unique(true) %}
        {% do plans.append(fromjson(text)) %}
    {% endfor %}
    {% do return(plans) %}
{% endmacro %}
