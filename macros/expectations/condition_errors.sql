{% macro default__condition_errors(sql, rules) %}
    {# An engine that only raises its errors has to tell in its own words. #}
    {% do return([]) %}
{% endmacro %}
