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
