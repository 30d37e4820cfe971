{% macro insert_rows(relation, columns, sql) %}
    {% do run_query(sluice.insert_sql(relation, columns | map(attribute='name') | list, sql)) %}
{% endmacro %}
