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


{% macro fixed_columns(relation) %}
    {# Columns whose type the engine cannot change: {name in lower case: what holds it}. #}
    {% do return(adapter.dispatch('fixed_columns', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__fixed_columns(relation) %}
    {% do return({}) %}
{% endmacro %}


{% macro create_temp(suffix, sql, relation=none) %}
    {% do return(adapter.dispatch('create_temp', 'sluice')(suffix, sql, relation)) %}
{% endmacro %}


{% macro temp_relation(suffix, relation=none) %}
    {% do return(adapter.dispatch('temp_relation', 'sluice')(suffix, relation)) %}
{% endmacro %}

{% macro default__temp_relation(suffix, relation=none) %}
    {% do return(api.Relation.create(identifier='_sluice_' ~ (relation or this).identifier ~ '_' ~ suffix, type='table')) %}
{% endmacro %}


{% macro drop_temp(relations) %}
    {% set drops = [] %}
    {% for relation in relations %}{% do drops.append('drop table if exists ' ~ relation ~ ';') %}{% endfor %}
    {% if drops %}{% do run_query(drops | join('\n')) %}{% endif %}
{% endmacro %}


{% macro insert_rows(relation, columns, sql) %}
    {% do run_query(sluice.insert_sql(relation, columns | map(attribute='name') | list, sql)) %}
{% endmacro %}


{% macro insert_sql(relation, names, sql) %}
    {% set list = sluice.quoted(names) | join(', ') %}
    {% do return('insert into ' ~ relation ~ ' (' ~ list ~ ')\nselect ' ~ list ~ ' from (\n' ~ sql ~ '\n) as new_rows') %}
{% endmacro %}
