{% macro dataset_id(relation) %}
    {# Without the database: it is named after the file on DuckDB, and files get renamed and copied. #}
    {% do return((relation.schema ~ '.' ~ relation.identifier) | lower) %}
{% endmacro %}


{% macro dataset_ids_of(node) %}
    {# Under which names the rows of a node are read as streams: its own, and that of the changes that it keeps. #}
    {% set relation = sluice.relation_of(node) %}
    {% do return([sluice.dataset_id(relation), sluice.dataset_id(sluice.change_feed_relation(relation))]) %}
{% endmacro %}


{% macro state_databases() %}
    {# The target's own (as none, which state_relation() knows), then those of selected models that keep a state. #}
    {% set databases = [none] %}
    {% for id in selected_resources if id in graph.nodes %}
        {% set node = graph.nodes[id] %}
        {% if node.config.materialized in ('streaming_table', 'apply_changes', 'keyed_table', 'snapshot')
            and node.database not in databases + [target.get('database')] %}
            {% do databases.append(node.database) %}
        {% endif %}
    {% endfor %}
    {% do return(databases) %}
{% endmacro %}


{% macro state_tables() %}
    {# Our tables as data: {table: {column: type}}. Those that no row is without end in `not null`. #}
    {% set text, moment, number = dbt.type_string(), dbt.type_timestamp(), dbt.type_bigint() %}
    {% set json = sluice.type_json() %}
    {% set always = ' not null' %}
    {% do return({
        'event_log': {
            'id': text ~ always, 'update_id': text ~ always, 'timestamp': moment ~ always, 'level': text ~ always,
            'event_type': text ~ always, 'dataset': text, 'message': text, 'details': json,
        },
        'checkpoints': {
            'dataset': text ~ always, 'source': text ~ always, 'epoch': number ~ always, 'batch': number ~ always,
            'rows': number, 'update_id': text ~ always, 'committed_at': moment ~ always,
        },
        'files': {
            'dataset': text ~ always, 'path': text ~ always, 'size': number, 'modified_at': moment, 'batch': number,
            'rows': number, 'status': text ~ always, 'error': text, 'source': text ~ always, 'relation': text ~ always,
            'update_id': text ~ always, 'recorded_at': moment ~ always, 'cleaned_at': moment, 'moved_to': text,
        },
        'targets': {
            'dataset': text ~ always, 'version': number ~ always, 'options': json ~ always,
            'update_id': text ~ always, 'committed_at': moment ~ always,
        },
    }) %}
{% endmacro %}


{% macro check_rooms(names, database) %}
    {# A model in the place of a state table would be written over it, and rows would come twice at the next run. #}
    {% set own = sluice.state_relation('files', database) %}
    {% set errors = [] %}
    {% for node in graph.nodes.values()
        if node.resource_type in ('model', 'snapshot', 'seed') and node.config.materialized != 'ephemeral'
        and node.schema | lower == own.schema | lower and (node.alias or node.name) | lower in names
        and node.database | lower == own.database | lower %}
        {% do errors.append(node.unique_id ~ ' (' ~ node.original_file_path ~ ') is ' ~ sluice.relation_of(node)
            ~ ', where sluice keeps what was read; expected another place for it: another schema or alias, and if '
            ~ 'it was built already, drop that table') %}
    {% endfor %}
    {% if errors %}
        {% do exceptions.raise_compiler_error('Place taken by sluice:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
{% endmacro %}


{% macro create_state(database=none) %}
    {# Makes our schema, tables and views where they are missing or of another version. Safe to repeat. The
       answer is as that of last_update(), with the signature of now; the number is none where it was not asked. #}
    {% set views = sluice.event_log_views(sluice.state_relation('event_log', database)) %}
    {% set names = sluice.state_tables().keys() | list + views.keys() | list %}
    {% do sluice.check_rooms(names + ['forgotten_keys'], database) %}
    {% set schema = sluice.state_relation('event_log', database).without_identifier() %}
    {% set create_schema = 'create schema if not exists ' ~ schema %}
    {% if sluice.fails_without_schema() %}{% do sluice.run_statement(create_schema) %}{% endif %}
    {% do sluice.check_database(database or target.get('database')) %}
    {% set missing = [] %}
    {% for name in names %}
        {% if load_cached_relation(sluice.state_relation(name, database)) is none %}
            {% do missing.append(name) %}
        {% endif %}
    {% endfor %}
    {% set signature = local_md5(tojson([sluice.state_tables(), views])) %}
    {% if not missing and database is none %}
        {% set last = sluice.last_update() %}
        {% if last.state == signature %}{% do return(last) %}{% endif %}
    {% endif %}
    {% if 'checkpoints' not in missing %}{% do sluice.add_state_columns('checkpoints', database) %}{% endif %}
    {% if missing %}{% do sluice.run_statement(create_schema) %}{% endif %}
    {% for name in missing if name not in views %}
        {% set relation = sluice.state_relation(name, database) %}
        {% set definitions = [] %}
        {% for column, type in sluice.state_tables()[name].items() %}
            {% do definitions.append(sluice.quote(column) ~ ' ' ~ type) %}
        {% endfor %}
        {% do sluice.run_statement(sluice.create_table_statement(
            relation, '(' ~ definitions | join(', ') ~ ')', if_not_exists=true,
            apart_by={'checkpoints': 'dataset', 'files': 'relation', 'targets': 'dataset'}.get(name))) %}
        {% do adapter.cache_added(relation) %}
    {% endfor %}
    {% for name, query in views.items() %}
        {% do sluice.run_statement(
            'create or replace view ' ~ sluice.state_relation(name, database) ~ ' as\n' ~ query) %}
    {% endfor %}
    {% do return({'number': none, 'state': signature}) %}
{% endmacro %}


{% macro last_update() %}
    {# The last update: its number, and the signature of our tables and views as it found or made them. The
       number is none before the first one; the signature is empty where its version told none, for max_by() of DuckDB
       passes over nulls, to one that an update of another version has told before. #}
    {% set number, state = ['create_update', 'number'], ['create_update', 'state'] %}
    {% set query %}
        select max(number) as number, max_by(state, number) as state
        from (
            select
                cast({{ sluice.json_text('details', number) }} as {{ dbt.type_bigint() }}) as number,
                coalesce({{ sluice.json_text('details', state) }}, '') as state
            from {{ sluice.state_relation('event_log') }}
            where event_type = 'create_update'
        ) as _sluice_updates
    {% endset %}
    {% do return(sluice.query_rows(query)[0]) %}
{% endmacro %}


{% macro fails_without_schema() %}
    {# Whether a look for a table in a schema that is not there is an error. #}
    {% do return(adapter.dispatch('fails_without_schema', 'sluice')()) %}
{% endmacro %}

{% macro default__fails_without_schema() %}
    {# Engines that find no table there. #}
    {% do return(false) %}
{% endmacro %}


{% macro check_database(database) %}
    {# What an engine wants to be set in a database before anything of ours is kept there. #}
    {% do adapter.dispatch('check_database', 'sluice')(database) %}
{% endmacro %}

{% macro default__check_database(database) %}
    {# Nothing. #}
{% endmacro %}


{% macro drop_staged_tables_left() %}
    {# Before and behind a run no table is staged. #}
    {% for database in sluice.state_databases() %}
        {% set left = [] %}
        {% for name in sluice.staged_tables_left(sluice.state_relation('event_log', database)) %}
            {% do left.append(sluice.state_relation(name, database)) %}
        {% endfor %}
        {% do sluice.drop_staged(left) %}
    {% endfor %}
{% endmacro %}


{% macro add_state_columns(name, database) %}
    {# Columns that a table of an earlier version does not have. #}
    {% set relation = sluice.state_relation(name, database) %}
    {% set present = sluice.columns_of(relation) %}
    {% for column, type in sluice.state_tables()[name].items() if sluice.find_column(present, column) is none %}
        {% do sluice.run_statement('alter table ' ~ relation ~ ' add column ' ~ sluice.quote(column) ~ ' ' ~ type) %}
    {% endfor %}
{% endmacro %}


{% macro ensure_state() %}
    {# on_run_start makes our tables. It does not run where a hook of the project failed before it, and dbt goes on. #}
    {% if load_cached_relation(sluice.state_relation('event_log', this.database)) is none %}
        {% do sluice.create_state(this.database) %}
        {% do adapter.commit() %}
    {% endif %}
{% endmacro %}
