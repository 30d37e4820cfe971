{% macro spark__columns_of(relation) %}
    {# What stands behind the columns (partitions, and with `extended` much more) begins with an empty row. #}
    {% do return(sluice.spark_described('describe table ' ~ relation)) %}
{% endmacro %}


{% macro spark__columns_but(relation, except) %}
    {# Spark has no word for it. #}
    {% set place = sluice.spark_table_of_input(relation) if relation.is_cte else relation %}
    {% set left_out, names = except | map('lower') | list, [] %}
    {% for column in sluice.user_columns(sluice.columns_of(place)) if column.name | lower not in left_out %}
        {% do names.append(sluice.quote(column.name)) %}
    {% endfor %}
    {% do return(names | join(', ')) %}
{% endmacro %}


{% macro spark_table_of_input(input) %}
    {# The table whose columns a unit test's input has, of which dbt tells the name alone: the graph is empty there. The
       schema of the tested model and that of the target come first. #}
    {% set name = input.identifier | replace('__dbt__cte__', '', 1) %}
    {% set schemas = sluice.query_rows('show schemas') | map(attribute='namespace') | list %}
    {% for schema in [model.schema, target.schema] + schemas if schema in schemas %}
        {% set found = adapter.get_relation(database=none, schema=schema, identifier=name) %}
        {% if found is not none %}{% do return(found) %}{% endif %}
    {% endfor %}
    {% do sluice.raise_errors('Columns of a unit test on Spark', [
        'sluice.star() reads the columns of an input from its table; expected a table ' ~ name ~ ', found none in the '
        ~ 'schemas ' ~ schemas | join(', ') ~ '; ways out: build it first, or name the columns in the model',
    ]) %}
{% endmacro %}


{% macro spark__query_columns(sql) %}
    {% do return(sluice.spark_described('describe query select * from (\n' ~ sql ~ '\n) as _sluice_described')) %}
{% endmacro %}


{% macro spark_described(sql) %}
    {# The columns that a `describe` tells. #}
    {% set columns, ended = [], [] %}
    {% for row in sluice.query_rows(sql) %}
        {% if not row.col_name or row.col_name.startswith('#') %}{% do ended.append(true) %}{% endif %}
        {% if not ended %}{% do columns.append(api.Column(row.col_name, row.data_type)) %}{% endif %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro spark__stage_table(suffix, sql, relation) %}
    {# A table, for a view would be worked out at each look. It has the update's id in its name, for another update of
       the same model may be under way. A column of which nothing is known but null can't be in a table. #}
    {% set staged = sluice.state_relation_of(relation, 'staged_' ~ suffix ~ '_' ~ invocation_id[:8]) %}
    {% do sluice.run_statement('create or replace table ' ~ staged ~ ' using iceberg as\n'
        ~ sluice.spark_without_void(sql)) %}
    {% do return(staged) %}
{% endmacro %}


{% macro spark_without_void(sql) %}
    {# A query whose columns all have a type: text for those that are nothing but null. To describe it costs as much as
       to plan it, so only where a null without a type may be in it. #}
    {% set others = "(?s)/\\* sluice:.*?\\*/|'null'|cast\\(null as|is (not )?null|nulls (first|last)" %}
    {% if not modules.re.search('\\bnull\\b', modules.re.sub(others, '', sql | lower)) %}{% do return(sql) %}{% endif %}
    {% set columns = sluice.query_columns(sql) %}
    {% if not columns | selectattr('dtype', 'equalto', 'void') | list %}{% do return(sql) %}{% endif %}
    {% set selected = [] %}
    {% for column in columns %}
        {% set name = sluice.quote(column.name) %}
        {% do selected.append('cast(' ~ name ~ ' as string) as ' ~ name if column.dtype == 'void' else name) %}
    {% endfor %}
    {% do return('select ' ~ selected | join(', ') ~ ' from (\n' ~ sql ~ '\n) as _sluice_typed') %}
{% endmacro %}


{% macro spark__staged_tables_left(schema) %}
    {# Those of an update that still runs are its own; one that began long ago was killed. #}
    {% set names = [] %}
    {% for row in sluice.query_rows('show tables in ' ~ schema.without_identifier() ~ " like '*__staged_*'") %}
        {% do names.append(row.tablename) %}
    {% endfor %}
    {% if not names %}{% do return([]) %}{% endif %}
    {% set running = sluice.query_rows(
        'select substr(update_id, 1, 8) as id from ' ~ sluice.state_relation('updates', schema.database)
        ~ " where status = 'RUNNING' and started_at > current_timestamp() - interval 1 day and update_id <> "
        ~ sluice.literal(invocation_id)) | map(attribute='id') | list %}
    {% set left = [] %}
    {% for name in names if name.split('_')[-1] not in running %}{% do left.append(name) %}{% endfor %}
    {% do return(left) %}
{% endmacro %}


{% macro spark__drop_statement(relation) %}
    {# dbt's own says `cascade`, which Spark has for schemas only. #}
    {% do return('drop ' ~ relation.type ~ ' if exists ' ~ relation) %}
{% endmacro %}


{% macro spark__create_table_statement(relation, definitions, if_not_exists, apart_by) %}
    {# Merges write what changed beside the files, and not the files anew; old descriptions of the table are deleted as
       it changes. Iceberg refuses to delete rows while others are added that may be of the same kind: it tells kinds
       apart by partitions, by texts in a file only as far as their first 16 letters go. #}
    {% set apart, fast = '', '' %}
    {% if apart_by %}
        {% set apart = ' partitioned by (' ~ apart_by ~ ')' %}
        {% set fast = ", 'write.distribution-mode' = 'none', 'write.spark.fanout.enabled' = 'true'" %}
    {% endif %}
    {% do return('create table ' ~ ('if not exists ' if if_not_exists else '') ~ relation ~ ' ' ~ definitions
        ~ ' using iceberg' ~ apart ~ " tblproperties ('format-version' = '2', 'write.merge.mode' = 'merge-on-read', "
        ~ "'write.update.mode' = 'merge-on-read', 'write.delete.mode' = 'merge-on-read', "
        ~ "'write.metadata.delete-after-commit.enabled' = 'true', 'write.metadata.previous-versions-max' = '20'"
        ~ fast ~ ')') %}
{% endmacro %}


{% macro spark__insert_into(relation, names, sql) %}
    {# An insert has to name every column of the table; a merge that matches nothing appends, and fills up with null. #}
    {% set list = names | join(', ') %}
    merge into {{ relation }} as _sluice_into
    using (
        select * from (
            {{ sql }}
        ) as _sluice_unnamed ({{ list }})
    ) as _sluice_new
        on false
    when not matched then insert ({{ list }}) values (_sluice_new.{{ names | join(', _sluice_new.') }})
{% endmacro %}


{% macro spark__row_id_expression(columns, prefix) %}
    {# A hash of the row, for Iceberg 1.10 brings deleted rows back where an update asks for their place in a file
       (_file, _pos). What marks a row on its way from table to table is no part of it. #}
    {% set fields = [] %}
    {% for column in columns if column.name == '_sluice_batch' or not sluice.is_reserved(column.name) %}
        {% do fields.append(sluice.quoted([column.name], prefix)[0] ~ ' as ' ~ sluice.quote(column.name)) %}
    {% endfor %}
    {% do return('sha2(to_json(struct(' ~ fields | join(', ')
        ~ "), map('ignoreNullFields', 'false', 'timestampFormat', 'yyyy-MM-dd HH:mm:ss.SSSSSS')), 256)") %}
{% endmacro %}


{% macro spark__rows_by_id(relation, columns) %}
    {% set chosen = [] %}
    {% for name in sluice.quoted(columns | map(attribute='name')) %}
        {% do chosen.append('first(' ~ name ~ ') as ' ~ name) %}
    {% endfor %}
    {% do return('(select _sluice_row, count(*) as _sluice_copies, ' ~ chosen | join(', ') ~ ' from (select *, '
        ~ sluice.row_id_expression(columns) ~ ' as _sluice_row from ' ~ relation ~ ') group by _sluice_row)') %}
{% endmacro %}


{% macro spark__every_copy(sql) %}
    {% do return('select * from (' ~ sql ~ ') lateral view explode(sequence(1, _sluice_copies)) as _sluice_copy') %}
{% endmacro %}


{% macro spark__one_of_each_row(relation) %}
    {% do return('(select * from ' ~ relation ~ ' where _sluice_copy = 1)') %}
{% endmacro %}


{% macro spark__found_relation(relation) %}
    {# dbt lists no views of a catalog of Iceberg, so one that is found is told to it: whoever asks later whether
       something is there has to hear of it, or a model would begin by dropping it. #}
    {% set found = load_cached_relation(relation) %}
    {% if found is not none %}{% do return(found) %}{% endif %}
    {% set names = sluice.query_rows('show views in ' ~ relation.without_identifier()) | map(attribute='viewname') %}
    {% if relation.identifier not in names | list %}{% do return(none) %}{% endif %}
    {% set view = relation.incorporate(type='view') %}
    {% do adapter.cache_added(view) %}
    {% do return(view) %}
{% endmacro %}


{% macro spark__contract_definitions(relation) %}
    {% set definitions = [] %}
    {% for column in sluice.columns_of_contract('Iceberg').values() %}
        {% set name = adapter.quote(column.name) if column.get('quote') else column.name %}
        {% do definitions.append(name ~ ' ' ~ column.data_type ~ (' not null' if column.constraints else '')) %}
    {% endfor %}
    {% do return('(' ~ definitions | join(', ') ~ ')') %}
{% endmacro %}


{% macro spark__keep_docs(relation) %}
    {# By statements without an answer, which the driver would fail to fetch, and only where a comment is another one:
       each is a commit. #}
    {% if config.persist_relation_docs() and model.description %}
        {% do sluice.run_statement('comment on table ' ~ relation ~ ' is ' ~ sluice.literal(model.description)) %}
    {% endif %}
    {% set there = {} %}
    {% if config.persist_column_docs() and model.columns %}
        {% for row in sluice.query_rows('describe table ' ~ relation) %}
            {% do there.update({row.col_name: row.comment or ''}) %}
        {% endfor %}
    {% endif %}
    {% for column in model.columns.values() if column.description and column.name in there
        and there[column.name] != column.description %}
        {% do sluice.run_statement('alter table ' ~ relation ~ ' alter column ' ~ sluice.quote(column.name)
            ~ ' comment ' ~ sluice.literal(column.description)) %}
    {% endfor %}
{% endmacro %}


{% macro spark__get_create_table_as_sql(temporary, relation, sql) %}
    {# dbt asks for the rows of a unit test's table as it makes it, where Spark's server has none to give. #}
    {% set statement = create_table_as(temporary, relation, sql) %}
    {% if model.resource_type != 'unit_test' %}{% do return(statement) %}{% endif %}
    {% do sluice.run_statement(statement) %}
    {% do return('select 1 as made') %}
{% endmacro %}
