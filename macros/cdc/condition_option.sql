{% macro condition_option(given, name, errors) %}
    {% set condition = given.get(name) %}
    {% if condition is not none and (condition is not string or not condition | trim) %}
        {% do errors.append(name ~ ' must be an SQL condition, found: ' ~ tojson(condition)) %}
        {% do return(none) %}
    {% endif %}
    {% do return(condition) %}
{% endmacro %}
