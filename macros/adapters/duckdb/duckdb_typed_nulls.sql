{% macro duckdb_typed_nulls(columns) %}
    {% set nulls = [] %}
    {% for column in columns %}{% do nulls.append('null::' ~ column.dtype ~ ' as ' ~ sluice.quote(column.name)) %}{% endfor %}
    {% do return('select ' ~ nulls | join(', ')) %}
{% endmacro %}
