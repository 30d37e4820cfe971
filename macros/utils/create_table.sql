{% macro create_table(relation, columns, contracted=false) %}
    {# An empty table with these columns, or with those of the model's contract where it is to follow an enforced one.
       Declared, never made by an empty `create table as`: after that DuckDB 2.0.0 hides a large insert of the
       same transaction from every other connection (docs/decisions/0002). #}
    {% if contracted and config.get('contract').enforced %}
        {% do run_query('create table ' ~ relation ~ ' ' ~ get_table_columns_and_constraints()) %}
        {% do return(none) %}
    {% endif %}
    {% set definitions = [] %}
    {% for column in columns %}
        {% do definitions.append(sluice.quote(column.name) ~ ' ' ~ column.dtype) %}
    {% endfor %}
    {% do run_query('create table ' ~ relation ~ ' (' ~ definitions | join(', ') ~ ')') %}
{% endmacro %}
