{% macro state_relation(name, database=none) %}
    {# A table or view of ours, in the schema <target schema>_sluice; of the target's database where none is named.
       Always quoted: a name may have a dot (kept events), whatever the project says of quoting. #}
    {% do return(api.Relation.create(
        database=database or target.get('database'),
        schema=target.schema ~ '_sluice',
        identifier=name,
        type='table',
        quote_policy={'database': true, 'schema': true, 'identifier': true},
    )) %}
{% endmacro %}


{% macro state_relation_of(relation, suffix) %}
    {# A table of ours that belongs to a table of the user, and is named after it. #}
    {% set prefix = '' if relation.schema | lower == target.schema | lower else relation.schema ~ '.' %}
    {% do return(sluice.state_relation(prefix ~ relation.identifier ~ '__' ~ suffix, relation.database)) %}
{% endmacro %}


{% macro create_table_statements(relation, columns, contracted=false) %}
    {# An empty table with these columns, or with those of the model's contract where it is to follow an enforced one.
       Declared, never made by an empty `create table as`: after that DuckDB 2.0.0 hides a large insert of the
       same transaction from every other connection (docs/decisions/0002). #}
    {% if contracted and config.get('contract').enforced %}
        {% set definitions = sluice.contract_definitions(relation) %}
    {% else %}
        {% set parts = [] %}
        {% for column in columns %}{% do parts.append(sluice.quote(column.name) ~ ' ' ~ column.dtype) %}{% endfor %}
        {% set definitions = '(' ~ parts | join(', ') ~ ')' %}
    {% endif %}
    {% do return([sluice.create_table_statement(relation, definitions)]) %}
{% endmacro %}


{% macro found_relation(relation) %}
    {# What is there already in the place of a table, or none. #}
    {% do return(adapter.dispatch('found_relation', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__found_relation(relation) %}
    {# Engines whose views dbt knows. #}
    {% do return(load_cached_relation(relation)) %}
{% endmacro %}


{% macro keep_grants_and_docs(relation, existing, full_refresh) %}
    {# What the model that runs says of its table beside its rows. #}
    {% do apply_grants(relation, config.get('grants'), should_revoke(existing, full_refresh_mode=full_refresh)) %}
    {% do sluice.keep_docs(relation) %}
{% endmacro %}


{% macro keep_docs(relation) %}
    {# Descriptions of the model that runs as comments on its table, where persist_docs asks for them. #}
    {% do adapter.dispatch('keep_docs', 'sluice')(relation) %}
{% endmacro %}

{% macro default__keep_docs(relation) %}
    {# As dbt writes them. #}
    {% do persist_docs(relation, model) %}
{% endmacro %}


{% macro contract_definitions(relation) %}
    {# The columns and constraints of the model's contract, in brackets, as the table's place can have them. #}
    {% do return(adapter.dispatch('contract_definitions', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__contract_definitions(relation) %}
    {# As dbt writes them. #}
    {% do return(get_table_columns_and_constraints()) %}
{% endmacro %}


{% macro columns_of_contract(lake) %}
    {# The columns of the model's contract, as dbt has them, for a kind of table that has no constraint but `not null`:
       the others are left out, and said so. #}
    {% set columns, left_out = {}, model.constraints | list %}
    {% for name, column in model.columns.items() %}
        {% set constraints = column.constraints or [] %}
        {% do left_out.extend(constraints | rejectattr('type', 'eq', 'not_null')) %}
        {% set kept = constraints | selectattr('type', 'eq', 'not_null') | list %}
        {% do columns.update({name: dict(column, constraints=kept)}) %}
    {% endfor %}
    {% set told = left_out | selectattr('warn_unsupported') | map(attribute='type') | unique | join(', ') %}
    {% if told %}
        {% do exceptions.warn(model.name ~ ': ' ~ lake ~ ' has no constraint but not_null, so the table was made '
            ~ 'without: ' ~ told ~ '. Way out: test it (unique, not_null), and say warn_unsupported: false beside the '
            ~ 'constraint') %}
    {% endif %}
    {% do return(columns) %}
{% endmacro %}


{% macro index_statements(relation) %}
    {# The indexes that the model's config declares, on a table that was just made. #}
    {% set statements = [] %}
    {% for index in config.get('indexes', default=[]) %}
        {% set sql = get_create_index_sql(relation, index) %}
        {% if sql %}{% do statements.append((sql | trim).rstrip(';')) %}{% endif %}
    {% endfor %}
    {% do return(statements) %}
{% endmacro %}


{% macro drop_statements(relations) %}
    {# The statements that drop what stage_table() made. #}
    {% set statements = [] %}
    {% for relation in relations %}{% do statements.append('drop table if exists ' ~ relation) %}{% endfor %}
    {% do return(statements) %}
{% endmacro %}


{% macro drop_statement(relation) %}
    {# The statement that drops a table or a view that is there. #}
    {% do return(adapter.dispatch('drop_statement', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__drop_statement(relation) %}
    {# dbt's own. #}
    {% do return(get_drop_sql(relation)) %}
{% endmacro %}


{% macro create_table_statement(relation, definitions, if_not_exists=false, apart_by=none) %}
    {# The statement that makes a table of definitions of columns, in brackets; the column `apart_by` says to whom of
       several that write it at the same time a row belongs. #}
    {% do return(adapter.dispatch('create_table_statement', 'sluice')(
        relation, definitions, if_not_exists, apart_by)) %}
{% endmacro %}

{% macro default__create_table_statement(relation, definitions, if_not_exists, apart_by) %}
    {# For engines whose tables need nothing beside their columns, and that tell rows apart. #}
    {% do return('create table ' ~ ('if not exists ' if if_not_exists else '') ~ relation ~ ' ' ~ definitions) %}
{% endmacro %}


{% macro stage_table(suffix, sql, relation=none) %}
    {# A query's rows in a table that lasts for this run: they must stand, and not be worked out anew at each look.
       Named after a relation, by default the model that runs, and the suffix; returns the table. #}
    {% do return(adapter.dispatch('stage_table', 'sluice')(suffix, sql, relation or this)) %}
{% endmacro %}


{% macro stage_new_table(suffix, sql, relation=none) %}
    {# The same for rows of which dbt makes a table: its columns have the types alone, as if they were declared. #}
    {% do return(adapter.dispatch('stage_new_table', 'sluice')(suffix, sql, relation or this)) %}
{% endmacro %}

{% macro default__stage_new_table(suffix, sql, relation) %}
    {# Engines whose types are all that a column has. #}
    {% do return(sluice.stage_table(suffix, sql, relation)) %}
{% endmacro %}


{% macro staged_tables_left(schema) %}
    {# The names of what stage_table() made, and a run that failed or was cut off did not drop. #}
    {% do return(adapter.dispatch('staged_tables_left', 'sluice')(schema)) %}
{% endmacro %}

{% macro default__staged_tables_left(schema) %}
    {# Engines whose staged tables go by themselves. #}
    {% do return([]) %}
{% endmacro %}


{% macro drop_staged(relations) %}
    {# Drops what stage_table() made, at once. #}
    {% for sql in sluice.drop_statements(relations) %}{% do sluice.run_statement(sql) %}{% endfor %}
{% endmacro %}


{% macro insert_into(relation, names, sql) %}
    {# The statement that inserts the rows of a query into these columns, in their order; the others are null. #}
    {% do return(adapter.dispatch('insert_into', 'sluice')(relation, sluice.quoted(names), sql)) %}
{% endmacro %}

{% macro default__insert_into(relation, names, sql) %}
    {# Engines that fill up the columns that are not named. #}
    {% do return('insert into ' ~ relation ~ ' (' ~ names | join(', ') ~ ')\n' ~ sql) %}
{% endmacro %}


{% macro insert_statement(relation, names, sql) %}
    {# The statement that inserts the rows of a query, column by column. #}
    {% do return(sluice.insert_into(
        relation, names, 'select ' ~ sluice.quoted(names) | join(', ') ~ ' from (\n' ~ sql ~ '\n) as new_rows')) %}
{% endmacro %}


{% macro filled_table_statements(relation, existing, columns, sql, contracted=false) %}
    {# The statements that put a table of a query's rows in the place of what is there, if anything is. #}
    {% set statements = [] if existing is none else [sluice.drop_statement(existing)] %}
    {% do statements.extend(sluice.create_table_statements(relation, columns, contracted)) %}
    {% do statements.append(sluice.insert_statement(relation, columns | map(attribute='name') | list, sql)) %}
    {% do return(statements) %}
{% endmacro %}


{% macro row_id_expression(columns, prefix=none) %}
    {# What tells the rows of a table, which has these columns, apart, and stays as it is until somebody writes to the
       table. Some engines tell equal rows by nothing. #}
    {% do return(adapter.dispatch('row_id_expression', 'sluice')(columns, prefix)) %}
{% endmacro %}


{% macro rows_by_id(relation, columns) %}
    {# A query of a table's rows with their _sluice_row, for a choice that is made once for each, and _sluice_copies,
       how many equal rows one of them stands for: rows that the engine cannot tell apart must be chosen together. #}
    {% do return(adapter.dispatch('rows_by_id', 'sluice')(relation, columns)) %}
{% endmacro %}

{% macro default__rows_by_id(relation, columns) %}
    {# Engines that tell equal rows apart. #}
    {% do return('(select *, ' ~ sluice.row_id_expression(columns) ~ ' as _sluice_row, 1 as _sluice_copies from '
        ~ relation ~ ')') %}
{% endmacro %}


{% macro every_copy(sql) %}
    {# A query of rows of rows_by_id(), chosen and judged by now, each as often as it is in the table. #}
    {% do return(adapter.dispatch('every_copy', 'sluice')(sql)) %}
{% endmacro %}

{% macro default__every_copy(sql) %}
    {# Engines that tell equal rows apart. #}
    {% do return(sql) %}
{% endmacro %}


{% macro one_of_each_row(relation) %}
    {# A staged table of rows with their _sluice_row, each of which is there once. #}
    {% do return(adapter.dispatch('one_of_each_row', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__one_of_each_row(relation) %}
    {# Engines that tell equal rows apart. #}
    {% do return(relation) %}
{% endmacro %}


{% macro fixed_columns(relation) %}
    {# Columns whose type the engine cannot change: {name in lower case: what holds it}. #}
    {% do return(adapter.dispatch('fixed_columns', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__fixed_columns(relation) %}
    {# Engines without constraints and indexes that hold a type. #}
    {% do return({}) %}
{% endmacro %}


{% macro tell_cache(dropped, made) %}
    {# dbt's list of relations, of those among these that are there. #}
    {% for relation in dropped if relation %}{% do adapter.cache_dropped(relation) %}{% endfor %}
    {% for relation in made if relation %}{% do adapter.cache_added(relation) %}{% endfor %}
{% endmacro %}
