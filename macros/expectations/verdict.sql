{% macro verdict(number) %}
    {% do return('_sluice_rule_' ~ number) %}
{% endmacro %}
