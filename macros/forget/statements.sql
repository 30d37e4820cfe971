{% macro forget_statements(plans, values) %}
    {# The script of forget(): the memory first, so that nothing comes back; then readers before what they read, and
       the source last, for as long as its rows are there the same call finds the same keys and does all of it again
       (docs/decisions/0007). #}
    {% set seed = plans[0] %}
    {% set database = seed.node.database %}
    {% set statements = [sluice.forgotten_table_statement(database)] %}
    {% set salt = sluice.salt_of(database) %}
    {% for plan in plans if plan.takes_rows %}
        {% do statements.append(sluice.remember_statement(plan, salt)) %}
    {% endfor %}
    {% if values %}{% do statements.extend(sluice.clean_log_statements(values, database)) %}{% endif %}
    {% for plan in plans[1:] | reverse %}{% do statements.extend(sluice.delete_statements(plan, plans)) %}{% endfor %}
    {% do return(statements + sluice.delete_statements(seed, plans)) %}
{% endmacro %}


{% macro salt_of(database) %}
    {# The salt of the hashes in a database: one, made with the first of them. #}
    {% set forgotten = sluice.forgotten_relation(database) %}
    {% set salt = 'max(salt)' if load_cached_relation(forgotten) is not none else 'null' %}
    {% set source = ' from ' ~ forgotten if load_cached_relation(forgotten) is not none else '' %}
    {% do return(sluice.query_rows('select coalesce(' ~ salt ~ ', cast(uuid() as ' ~ sluice.type_text() ~ ')) as salt'
        ~ source)[0].salt) %}
{% endmacro %}


{% macro remember_statement(plan, salt) %}
    {# The statement that keeps the hashes of keys, so that rows of them are left out of later batches. #}
    {% set forgotten = sluice.forgotten_relation(plan.node.database) %}
    {% set relation = sluice.literal(sluice.dataset_id(plan.relation)) %}
    {% set key_columns = sluice.literal(tojson(plan['keys'])) %}
    insert into {{ forgotten }} (relation, key_columns, salt, hash, update_id, forgotten_at)
    select
        {{ relation }},
        {{ key_columns }},
        {{ sluice.literal(salt) }},
        _sluice_hash,
        {{ sluice.literal(invocation_id) }},
        {{ sluice.timestamp_expression() }}
    from (
        select distinct {{ sluice.key_hash(salt, sluice.key_names(plan['keys'])) }} as _sluice_hash
        from {{ plan.staged }}
    ) as _sluice_hashes
    where _sluice_hash is not null
        and _sluice_hash not in (
            select hash from {{ forgotten }} where relation = {{ relation }} and key_columns = {{ key_columns }}
        )
{% endmacro %}


{% macro delete_statements(plan, plans) %}
    {# The statements that take the rows out of a table and what belongs to it, and leave everything that is remembered
       of it as if they had never been there. #}
    {% set statements, relation = [], plan.relation %}
    {% if plan.kind == 'stream' %}
        {% do statements.extend(sluice.read_rows_statements(plan, plans)) %}
    {% else %}
        {% do statements.extend(sluice.changed_keys_to_forget(plan)) %}
    {% endif %}
    {% if plan.later and plan.kind == 'target' %}
        {% do statements.append(sluice.insert_target_options(
            sluice.dataset_id(relation), dict(plan.facts.recorded, recount=true), plan.node.database)) %}
    {% elif plan.later %}
        {% for source in plan.sources %}
            {% do statements.append(sluice.forget_checkpoint_statement(relation, source.relation)) %}
        {% endfor %}
    {% endif %}
    {% if plan.node.language == 'python' %}
        {# Rows of a run that failed. #}
        {% do statements.extend(sluice.drop_statements(sluice.python_tables(relation))) %}
    {% endif %}
    {% for place in sluice.places_of(plan) %}
        {% do statements.append(sluice.delete_statement(plan, place)) %}
    {% endfor %}
    {% do return(statements) %}
{% endmacro %}


{% macro delete_statement(plan, place) %}
    {# The statement that deletes the rows of a plan from one table. #}
    delete from {{ place.relation }}
    where {{ sluice.row_id_expression(place.columns) }} in (
        select _sluice_row from ({{ sluice.forgotten_rows(plan, place.relation, place.columns) }}) as _sluice_forgotten
    )
{% endmacro %}


{% macro places_of(plan) %}
    {# The tables that hold rows of a plan, the one that it is about last. #}
    {% set places = [] %}
    {% for place in (plan.events, plan.adopted, plan.feed, plan.quarantine) if place %}
        {% do places.append(place) %}
    {% endfor %}
    {% do return(places + [{'relation': plan.relation, 'columns': plan.columns}]) %}
{% endmacro %}


{% macro read_rows_statements(plan, plans) %}
    {# With the checkpoint of a target whose events lie in a stream stands how many rows it had up to there; fewer are
       an error at the next run. Sent again, these statements change nothing more. #}
    {% set statements, id = [], sluice.dataset_id(plan.relation) %}
    {% for reader in plans if reader.kind == 'target' and id in reader.facts.reads %}
        {% set reader_id = sluice.dataset_id(reader.relation) %}
        {% set read = sluice.committed_batch(reader_id, id, plan.node.database) %}
        {% if read.rows is not none %}
            {% set upto = ' where _sluice_batch <= ' ~ read.batch %}
            {% set query %}
                select
                    (select count(*) from {{ plan.relation }} {{ upto }}) as num_rows,
                    (
                        select count(*)
                        from ({{ sluice.forgotten_rows(plan, plan.relation, plan.columns) }}) as _sluice_rows {{ upto }}
                    ) as num_forgotten
            {% endset %}
            {% set found = sluice.query_rows(query)[0] %}
            {% set left = found.num_rows | int - found.num_forgotten | int %}
            {% if found.num_forgotten | int %}
                {% do statements.append(
                    'update ' ~ sluice.state_relation('checkpoints', plan.node.database) ~ ' set rows = rows - '
                    ~ found.num_forgotten ~ ' where dataset = ' ~ sluice.literal(reader_id) ~ ' and source = '
                    ~ sluice.literal(id) ~ ' and epoch = ' ~ read.epoch ~ ' and batch = ' ~ read.batch
                    ~ ' and rows > ' ~ left) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% do return(statements) %}
{% endmacro %}


{% macro changed_keys_to_forget(plan) %}
    {# The statements that take the keys out of what is noted for keyed tables. Where the notes do not say whose they
       are, all of them go: every reader has seen them, or looks at all rows once. #}
    {% set kept = sluice.changed_keys_relation(plan.relation) %}
    {% if load_cached_relation(kept) is none %}{% do return([]) %}{% endif %}
    {% set columns = sluice.columns_of(kept) %}
    {% if sluice.columns_named(columns, plan['keys']) | length == plan['keys'] | length %}
        {% do return([sluice.delete_statement(dict(plan, compared=[]), {'relation': kept, 'columns': columns})]) %}
    {% endif %}
    {% set id = sluice.dataset_id(plan.relation) %}
    {% set head = sluice.committed_batch(id, id, plan.node.database) %}
    {% for reader in sluice.keyed_readers(plan.node) %}
        {% set read = sluice.committed_batch(sluice.dataset_id(sluice.relation_of(reader)), id, reader.database) %}
        {% if read.epoch == head.epoch and read.batch < head.batch %}
            {% do return(sluice.new_epoch_statements(plan.relation, kept, head)) %}
        {% endif %}
    {% endfor %}
    {% do return(['delete from ' ~ kept]) %}
{% endmacro %}
