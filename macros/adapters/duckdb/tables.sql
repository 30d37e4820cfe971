{% macro duckdb__columns_of(relation) %}
    {# adapter.get_columns_in_relation() builds a whole macro context anew at each call (50 ms). #}
    {% do return(sluice.duckdb__query_columns(relation)) %}
{% endmacro %}


{% macro duckdb__columns_but(relation, except) %}
    {% do return('* exclude (' ~ sluice.quoted(except) | join(', ') ~ ')' if except else '*') %}
{% endmacro %}


{% macro duckdb__query_columns(sql) %}
    {% set columns = [] %}
    {% for row in sluice.query_rows('select column_name, column_type from (describe ' ~ sql ~ '\n)') %}
        {% do columns.append(api.Column(row.column_name, row.column_type)) %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro duckdb__described(queries, probe) %}
    {% set parts, columns = [], {} %}
    {% for name, query in queries.items() %}
        {% do columns.update({name: []}) %}
        {% do parts.append('select ' ~ sluice.literal(name)
            ~ ' as described, column_name, column_type from (describe ' ~ query ~ '\n)') %}
    {% endfor %}
    {% if probe %}
        {% do parts.append(
            "select null, '', '' where exists (select 1 from (\n" ~ probe ~ '\n) as _sluice_probe)') %}
    {% endif %}
    {% set rows = sluice.query_rows(parts | join('\nunion all\n')) if parts else [] %}
    {% for row in rows if row.described is not none %}
        {% do columns[row.described].append(api.Column(row.column_name, row.column_type)) %}
    {% endfor %}
    {% do return({
        'columns': columns, 'found': not probe or rows | selectattr('described', 'none') | list | length > 0,
    }) %}
{% endmacro %}


{% macro duckdb__stage_table(suffix, sql, relation) %}
    {% set staged = sluice.duckdb_staged(suffix, relation) %}
    {% do run_query(sluice.with_sql_header(sluice.duckdb_create_staged() ~ staged ~ ' as\n' ~ sql)) %}
    {% do return(staged) %}
{% endmacro %}


{% macro duckdb__stage_new_table(suffix, sql, relation) %}
    {# Declared: the columns of `create table as` have the collation of what they are made of, which a table in DuckLake
       can't have. #}
    {% set staged = sluice.duckdb_staged(suffix, relation) %}
    {% set definitions = [] %}
    {% for column in sluice.query_columns(sql) %}
        {% do definitions.append(sluice.quote(column.name) ~ ' ' ~ column.dtype) %}
    {% endfor %}
    {% do run_query(sluice.with_sql_header(sluice.duckdb_create_staged() ~ staged
        ~ ' (' ~ definitions | join(', ') ~ ');\ninsert into ' ~ staged ~ '\n' ~ sql)) %}
    {% do return(staged) %}
{% endmacro %}


{% macro duckdb_staged(suffix, relation) %}
    {# The relation that stage_table() makes. On dbt v2 a temporary table would be gone with its call. #}
    {% if sluice.is_v2() %}{% do return(sluice.state_relation_of(relation, 'staged_' ~ suffix)) %}{% endif %}
    {% do return(api.Relation.create(
        identifier='_sluice_' ~ relation.identifier ~ '_' ~ suffix, type='table')) %}
{% endmacro %}


{% macro duckdb_create_staged() %}
    {# How the statement begins that makes it. #}
    {% do return('create or replace ' ~ ('' if sluice.is_v2() else 'temp ') ~ 'table ') %}
{% endmacro %}


{% macro duckdb__staged_tables_left(schema) %}
    {# The temporary tables of dbt v1 go with its process. #}
    {% if not sluice.is_v2() %}{% do return([]) %}{% endif %}
    {% set query %}
        select table_name
        from duckdb_tables()
        where database_name = {{ sluice.literal(schema.database) }}
            and schema_name = {{ sluice.literal(schema.schema) }}
            and regexp_matches(table_name, '__staged_[a-z]+[0-9]*$')
    {% endset %}
    {% do return(sluice.query_rows(query) | map(attribute='table_name') | list) %}
{% endmacro %}


{% macro duckdb__drop_statement(relation) %}
    {# Without dbt's `cascade`: nothing hangs on a table in DuckDB that it would take along, and DuckLake refuses it. #}
    {% do return('drop ' ~ relation.type ~ ' if exists ' ~ relation) %}
{% endmacro %}


{% macro duckdb__row_id_expression(columns, prefix) %}
    {% do return((prefix ~ '.' if prefix else '') ~ 'rowid') %}
{% endmacro %}


{% macro duckdb__fixed_columns(relation) %}
    {% set here %}
        where database_name = {{ sluice.literal(relation.database) }}
            and schema_name = {{ sluice.literal(relation.schema) }}
            and table_name = {{ sluice.literal(relation.identifier) }}
    {% endset %}
    {% set query %}
        select unnest(constraint_column_names) as name, 'a ' || constraint_type || ' constraint' as holder
        from duckdb_constraints() {{ here }} and constraint_type <> 'NOT NULL'
        union all
        select trim(unnest(string_split(trim(expressions, '[]'), ',')), ' ''"'), 'an index'
        from duckdb_indexes() {{ here }}
    {% endset %}
    {% set fixed = {} %}
    {% for row in sluice.query_rows(query) %}{% do fixed.update({row.name | lower: row.holder}) %}{% endfor %}
    {% do return(fixed) %}
{% endmacro %}


{% macro duckdb_is_lake(relation) %}
    {# Whether a relation is in a DuckLake, which DuckDB has attached. The adapter of dbt v2 does not tell. #}
    {% if not sluice.is_v2() %}{% do return(adapter.is_ducklake(relation)) %}{% endif %}
    {% set query %}
        select 1 from duckdb_databases()
        where database_name = {{ sluice.literal(relation.database) }} and type = 'ducklake'
    {% endset %}
    {% do return(sluice.query_rows(query) | length > 0) %}
{% endmacro %}


{% macro duckdb__contract_definitions(relation) %}
    {% if not sluice.duckdb_is_lake(relation) %}{% do return(get_table_columns_and_constraints()) %}{% endif %}
    {% set columns = sluice.columns_of_contract('DuckLake') %}
    {% do return('(' ~ adapter.render_raw_columns_constraints(raw_columns=columns) | join(', ') ~ ')') %}
{% endmacro %}
