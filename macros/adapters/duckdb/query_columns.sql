{% macro duckdb__query_columns(sql) %}
    {% set columns = [] %}
    {% for row in sluice.rows('select column_name, column_type from (describe ' ~ sql ~ '\n)') %}
        {% do columns.append(api.Column(row.column_name, row.column_type)) %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}
