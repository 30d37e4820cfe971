{% macro duckdb_debezium_fits(number, name, type) %}
    {% do return(sluice.duckdb_fits({'format': 'json'}, number, name, 'TIMESTAMP' if type in sluice.debezium_types() else type)) %}
{% endmacro %}
