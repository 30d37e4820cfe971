{% macro duckdb_list(values) %}
    {% set items = [] %}
    {% for value in values %}{% do items.append(sluice.literal(value)) %}{% endfor %}
    {% do return('[' ~ items | join(', ') ~ ']') %}
{% endmacro %}
