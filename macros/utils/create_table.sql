{% macro create_table(relation, columns, sql=none) %}
    {# An empty table with the columns of a query, or those of the contract where one is enforced for `sql`.
       Declared, never made by an empty `create table as`: after that DuckDB 2.0.0 hides a large insert of the
       same transaction from every other connection (docs/decisions/0002). #}
    {% if sql and config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
        {% do run_query('create table ' ~ relation ~ ' ' ~ get_table_columns_and_constraints()) %}
        {% do return(none) %}
    {% endif %}
    {% set definitions = [] %}
    {% for column in columns %}
        {% do definitions.append(sluice.quote(column.name) ~ ' ' ~ column.dtype) %}
    {% endfor %}
    {% do run_query('create table ' ~ relation ~ ' (' ~ definitions | join(', ') ~ ')') %}
{% endmacro %}
