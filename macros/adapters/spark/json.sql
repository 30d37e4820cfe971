{% macro spark__json_text(expression, path) %}
    {% do return('get_json_object(' ~ expression ~ ", '$." ~ path | join('.') ~ "')") %}
{% endmacro %}


{% macro spark__json_elements(expression, path) %}
    {% do return("explode(from_json(get_json_object(" ~ expression ~ ", '$." ~ path | join('.') ~ "'), 'array<string>'))") %}
{% endmacro %}
