{% macro duckdb__struct_of(fields) %}
    {% set items = [] %}
    {% for name, expression in fields.items() %}
        {% do items.append(sluice.quote(name) ~ ' := ' ~ expression) %}
    {% endfor %}
    {% do return('struct_pack(' ~ items | join(', ') ~ ')') %}
{% endmacro %}
