{% macro note(kind, value) %}
    {# A comment in the compiled SQL that says what a macro rendered there. The materialization reads it back with
       notes(): there is no second look at a source, and so no race. A star in the value could begin or end a
       comment. #}
    {% do return('/* sluice:' ~ kind ~ ' ' ~ tojson(value) | replace('*', '\\u002a') ~ ' */') %}
{% endmacro %}


{% macro notes(kind, sql) %}
    {# The values of the notes of one kind in a query, each once, in their order. #}
    {% set values = [] %}
    {% for text in modules.re.findall('/\\* sluice:' ~ kind ~ ' (.*?) \\*/', sql or '') | unique(true) %}
        {% do values.append(fromjson(text)) %}
    {% endfor %}
    {% do return(values) %}
{% endmacro %}
