{% macro same_name(names, wanted) %}
    {# The name among `names` that differs from `wanted` in case at most, or none. #}
    {% for name in names if name | lower == wanted | lower %}{% do return(name) %}{% endfor %}
    {% do return(none) %}
{% endmacro %}
