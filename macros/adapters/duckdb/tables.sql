{% macro duckdb__columns_of(relation) %}
    {% do return(sluice.duckdb_described(relation)) %}
{% endmacro %}


{% macro duckdb__query_columns(sql) %}
    {% do return(sluice.duckdb_described(sql)) %}
{% endmacro %}


{% macro duckdb_described(source) %}
    {% set columns = [] %}
    {% for row in sluice.rows('select column_name, column_type from (describe ' ~ source ~ '\n)') %}
        {% do columns.append(api.Column(row.column_name, row.column_type)) %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro duckdb__create_temp(suffix, sql, relation=none) %}
    {% set temp = sluice.temp_relation(suffix, relation) %}
    {% do run_query('create or replace temp table ' ~ temp ~ ' as\n' ~ sql) %}
    {% do return(temp) %}
{% endmacro %}


{% macro duckdb__fixed_columns(relation) %}
    {% set where = 'where database_name = ' ~ sluice.literal(relation.database) ~ ' and schema_name = ' ~ sluice.literal(relation.schema)
        ~ ' and table_name = ' ~ sluice.literal(relation.identifier) %}
    {% set fixed = {} %}
    {% for row in sluice.rows("
        select unnest(constraint_column_names) as name, 'a ' || constraint_type || ' constraint' as holder
        from duckdb_constraints() " ~ where ~ " and constraint_type <> 'NOT NULL'
        union all
        select trim(unnest(string_split(trim(expressions, '[]'), ',')), ' ''\"'), 'an index'
        from duckdb_indexes() " ~ where
    ) %}
        {% do fixed.update({row.name | lower: row.holder}) %}
    {% endfor %}
    {% do return(fixed) %}
{% endmacro %}


{% macro duckdb__widens(narrow, wide) %}
    {% if narrow == '"NULL"' %}{% do return(true) %}{% endif %}
    {% set digits = {
        'BOOLEAN': 1, 'TINYINT': 3, 'SMALLINT': 5, 'INTEGER': 10, 'BIGINT': 19, 'HUGEINT': 39,
        'UTINYINT': 3, 'USMALLINT': 5, 'UINTEGER': 10, 'UBIGINT': 20,
    } %}
    {% set wider = {
        'TINYINT': ['SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'FLOAT', 'DOUBLE'],
        'SMALLINT': ['INTEGER', 'BIGINT', 'HUGEINT', 'FLOAT', 'DOUBLE'],
        'INTEGER': ['BIGINT', 'HUGEINT', 'DOUBLE'],
        'BIGINT': ['HUGEINT'],
        'UTINYINT': ['SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'FLOAT', 'DOUBLE'],
        'USMALLINT': ['INTEGER', 'BIGINT', 'HUGEINT', 'UINTEGER', 'UBIGINT', 'FLOAT', 'DOUBLE'],
        'UINTEGER': ['BIGINT', 'HUGEINT', 'UBIGINT', 'DOUBLE'],
        'UBIGINT': ['HUGEINT'],
        'FLOAT': ['DOUBLE'],
        'DATE': ['TIMESTAMP'],
        'TIMESTAMP_S': ['TIMESTAMP_MS', 'TIMESTAMP'],
        'TIMESTAMP_MS': ['TIMESTAMP'],
    } %}
    {% if wide in wider.get(narrow, []) %}{% do return(true) %}{% endif %}
    {% set to = modules.re.match('DECIMAL[(]([0-9]+),([0-9]+)[)]', wide) %}
    {% set of = modules.re.match('DECIMAL[(]([0-9]+),([0-9]+)[)]', narrow) %}
    {% if to and of %}
        {% do return(
            to.group(2) | int >= of.group(2) | int
            and to.group(1) | int - to.group(2) | int >= of.group(1) | int - of.group(2) | int
        ) %}
    {% endif %}
    {% do return(to is not none and narrow in digits and to.group(1) | int - to.group(2) | int >= digits[narrow]) %}
{% endmacro %}
