{% macro spark__text_literal(text) %}
    {# A backslash begins an escape, two literals side by side are one, and ${...} is a variable, also within a text. #}
    {% do return("'" ~ text | replace('\\', '\\\\') | replace("'", "\\'") | replace('${', '$\\{') ~ "'") %}
{% endmacro %}


{% macro spark__pattern_condition(expression, pattern) %}
    {% do return('(cast(' ~ expression ~ ' as string) rlike ' ~ sluice.literal(sluice.spark_pattern(pattern)) ~ ')') %}
{% endmacro %}


{% macro spark_pattern(pattern) %}
    {# A pattern whose $ is the end of the text: Java's is also before a line break that ends it, and (?d) lets \n alone
       break lines. With (?m) a $ means each line's end, everywhere. #}
    {% if modules.re.search('[(][?][a-z]*m', pattern) %}{% do return('(?d)' ~ pattern) %}{% endif %}
    {% set characters, at = [], namespace(is_escaped=false, in_class=0) %}
    {% for character in pattern %}
        {% set is_end = character == '$' and not at.is_escaped and not at.in_class %}
        {% do characters.append('\\z' if is_end else character) %}
        {% if at.in_class %}
            {# a bracket that comes first within brackets, or behind the ^ there, is a character like any other #}
            {% set is_first = pattern[at.in_class:loop.index0] in ('', '^') %}
            {% if character == ']' and not at.is_escaped and not is_first %}{% set at.in_class = 0 %}{% endif %}
        {% elif character == '[' and not at.is_escaped %}
            {% set at.in_class = loop.index %}
        {% endif %}
        {% set at.is_escaped = character == '\\' and not at.is_escaped %}
    {% endfor %}
    {% do return('(?d)' ~ characters | join) %}
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
