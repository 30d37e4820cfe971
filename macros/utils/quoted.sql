{% macro quoted(names, prefix='') %}
    {% set result = [] %}
    {% for name in names %}
        {% do result.append((prefix ~ '.' if prefix else '') ~ adapter.quote(name)) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
