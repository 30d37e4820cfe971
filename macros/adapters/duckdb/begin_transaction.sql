{% macro duckdb__begin_transaction() %}
    {% do adapter.ensure_transaction() %}
{% endmacro %}
