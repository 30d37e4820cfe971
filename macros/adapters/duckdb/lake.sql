{% macro duckdb_is_lake(relation) %}
    {# Whether a relation is in a DuckLake, which DuckDB has attached. #}
    {% set query %}
        select 1 from duckdb_databases()
        where database_name = {{ sluice.literal(relation.database) }} and type = 'ducklake'
    {% endset %}
    {% do return(sluice.query_rows(query) | length > 0) %}
{% endmacro %}


{% macro duckdb__contract_definitions(relation) %}
    {# DuckLake has no constraint but `not null`: the others are left out, and said so. #}
    {% if not sluice.duckdb_is_lake(relation) %}{% do return(get_table_columns_and_constraints()) %}{% endif %}
    {% set columns, left_out = {}, model.constraints | list %}
    {% for name, column in model.columns.items() %}
        {% set constraints = column.constraints or [] %}
        {% do left_out.extend(constraints | rejectattr('type', 'eq', 'not_null')) %}
        {% do columns.update({name: dict(column, constraints=constraints | selectattr('type', 'eq', 'not_null') | list)}) %}
    {% endfor %}
    {% set told = left_out | selectattr('warn_unsupported') | map(attribute='type') | unique | join(', ') %}
    {% if told %}
        {% do exceptions.warn(model.name ~ ': DuckLake has no constraint but not_null, so the table was made without: '
            ~ told ~ '. Way out: test it (unique, not_null), and say warn_unsupported: false beside the constraint') %}
    {% endif %}
    {% do return('(' ~ adapter.render_raw_columns_constraints(raw_columns=columns) | join(', ') ~ ')') %}
{% endmacro %}
