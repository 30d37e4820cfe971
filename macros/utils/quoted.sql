{% macro quoted(names, prefix='') %}
    {% set result = [] %}
    {% for name in names %}
        {% do result.append((prefix ~ '.' if prefix else '') ~ sluice.quote(name)) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
