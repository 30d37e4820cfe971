{% macro literals(values) %}
    {% set texts = [] %}
    {% for value in values %}{% do texts.append(sluice.literal(value)) %}{% endfor %}
    {% do return(texts) %}
{% endmacro %}
