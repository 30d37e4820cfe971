{% macro duckdb_described(source) %}
    {% set columns = [] %}
    {% for row in sluice.rows('select column_name, column_type from (describe ' ~ source ~ '\n)') %}
        {% do columns.append(api.Column(row.column_name, row.column_type)) %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}
