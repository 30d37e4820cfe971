{% macro spark__json_text(expression, path) %}
    {% do return('get_json_object(' ~ expression ~ ", '$." ~ path | join('.') ~ "')") %}
{% endmacro %}


{% macro spark__json_elements(expression, path) %}
    {% do return('explode(from_json(' ~ sluice.spark__json_text(expression, path) ~ ", 'array<string>'))") %}
{% endmacro %}
