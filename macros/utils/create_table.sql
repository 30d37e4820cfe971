{% macro create_table(relation, sql) %}
    {# An empty table of the query's shape, with the contract's types and constraints where one is enforced. #}
    {% if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
        {% do run_query('create table ' ~ relation ~ ' ' ~ get_table_columns_and_constraints()) %}
    {% else %}
        {% do run_query('create table ' ~ relation ~ ' as\nselect * from (\n' ~ sql ~ '\n) as shape where false') %}
    {% endif %}
{% endmacro %}
