{% macro spark__text_literal(text) %}
    {# A backslash begins an escape, two literals side by side are one, and ${...} is a variable, also within a text. #}
    {% do return("'" ~ text | replace('\\', '\\\\') | replace("'", "\\'") | replace('${', '$\\{') ~ "'") %}
{% endmacro %}


{% macro spark__pattern_condition(expression, pattern) %}
    {% do return('(cast(' ~ expression ~ ' as string) rlike ' ~ sluice.literal(pattern) ~ ')') %}
{% endmacro %}


{% macro spark__sha256_expression(text) %}
    {% do return('sha2(' ~ text ~ ', 256)') %}
{% endmacro %}


{% macro spark__struct_expression(fields) %}
    {% set items = [] %}
    {% for name, expression in fields.items() %}
        {% do items.append(sluice.literal(name) ~ ', ' ~ expression) %}
    {% endfor %}
    {% do return('named_struct(' ~ items | join(', ') ~ ')') %}
{% endmacro %}


{% macro spark__fails_without_schema() %}
    {% do return(true) %}
{% endmacro %}
