{% macro target_changed_keys(node, target, plan, write, starts_over) %}
    {# changed_keys_statements() of a run of an apply_changes model or snapshot: of what it planned, and what it writes.
       #}
    {% set wrote = write.counts is none or write.counts.num_upserted_rows + write.counts.num_deleted_rows > 0 %}
    {% do return(sluice.changed_keys_statements(
        node, target, write.changes if wrote else none, sluice.row_identity(plan.options) if wrote else none,
        starts_over or (plan.everything and wrote)
    )) %}
{% endmacro %}


{% macro changed_keys_statements(node, target, changes=none, identity=none, rewritten=false) %}
    {# The statements that note, for the models that read a table with changed(), which of their keys this run changes;
       to be sent before the rows are written. `changes` are the staged rows, marked by _sluice_change, or none where
       nothing changes. With `identity` the old rows of what is marked 'upsert' are looked up by these columns; without,
       they are there as 'delete'. A run that rewrites the table opens an epoch instead: its readers start over. #}
    {% set readers = sluice.keyed_readers(node) %}
    {% set id = sluice.dataset_id(target) %}
    {% set head = sluice.committed_batch(id, id, target.get('database')) %}
    {% set kept = sluice.changed_keys_relation(target) %}
    {% if not readers and not head.epoch %}
        {% do return([]) %}
    {% elif not rewritten and changes is none %}
        {% do return([] if head.epoch else [sluice.head_statement(target, 1, 0)]) %}
    {% elif rewritten or not readers %}
        {% do return(sluice.new_epoch_statements(target, kept, head)) %}
    {% endif %}

    {% set staged = sluice.columns_of(changes) %}
    {% set present = [] %}
    {% for column in sluice.columns_of(target) if sluice.find_column(staged, column.name) is not none %}
        {% do present.append(column) %}
    {% endfor %}
    {% set columns = sluice.columns_to_keep(readers, present, kept, head) %}
    {% if not head.epoch or not columns %}
        {% do return(sluice.new_epoch_statements(target, kept, head)) %}
    {% endif %}
    {% set statements = [] %}
    {% if head.batch %}
        {% do statements.append(sluice.prune_changed_keys(readers, id, kept, head)) %}
    {% else %}
        {% set definitions = ['_sluice_batch ' ~ dbt.type_bigint()] %}
        {% for column in columns %}
            {% do definitions.append(sluice.quote(column.name) ~ ' ' ~ column.dtype) %}
        {% endfor %}
        {% do statements.append('drop table if exists ' ~ kept) %}
        {% do statements.append(sluice.create_table_statement(kept, '(' ~ definitions | join(', ') ~ ')')) %}
        {% do adapter.cache_added(kept) %}
    {% endif %}
    {% do statements.append(
        sluice.keep_changed_keys(kept, columns, target, present, changes, identity, head.batch + 1)) %}
    {% do statements.append(sluice.head_statement(target, head.epoch, head.batch + 1)) %}
    {% do return(statements) %}
{% endmacro %}


{% macro changed_keys_relation(relation) %}
    {# Where the changed keys of a table are kept: `_sluice_batch`, and the columns that its readers have as keys. #}
    {% do return(sluice.state_relation_of(relation, 'changed')) %}
{% endmacro %}


{% macro new_epoch_statements(target, kept, head) %}
    {# Nothing is known of single keys any more; every reader reads all rows once. #}
    {% do return(['drop table if exists ' ~ kept, sluice.head_statement(target, head.epoch + 1, 0)]) %}
{% endmacro %}


{% macro head_statement(target, epoch, batch) %}
    {# The statement that says how far a table has come. #}
    {% set id = sluice.dataset_id(target) %}
    {% do return(sluice.insert_checkpoints(
        id, [{'source': id, 'epoch': epoch, 'to': batch}], target.get('database'))) %}
{% endmacro %}


{% macro columns_to_keep(readers, present, kept, head) %}
    {# The columns of a table that are keys of a reader. None where those that were kept since the epoch began are not
       these, or have another type: then earlier batches of it do not tell. #}
    {% set wanted = [] %}
    {% for reader in readers %}
        {% for name in sluice.listed((reader.config.get('meta') or {}).get('keys')) if name is string %}
            {% set column = sluice.find_column(present, name) %}
            {% if column is not none and column not in wanted %}{% do wanted.append(column) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% if not head.batch %}{% do return(wanted) %}{% endif %}
    {% if load_cached_relation(kept) is none %}{% do return([]) %}{% endif %}
    {% set columns = sluice.user_columns(sluice.columns_of(kept)) %}
    {% for column in columns %}
        {% set now = sluice.find_column(present, column.name) %}
        {% if now is none or now.dtype != column.dtype %}{% do return([]) %}{% endif %}
    {% endfor %}
    {% for column in wanted if sluice.find_column(columns, column.name) is none %}{% do return([]) %}{% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro prune_changed_keys(readers, id, kept, head) %}
    {# The statement that drops the keys that every reader has seen. One that is in another epoch starts over anyway. #}
    {% set batches = [head.batch] %}
    {% for reader in readers %}
        {% set read = sluice.committed_batch(
            sluice.dataset_id(sluice.relation_of(reader)), id, reader.database) %}
        {% if read.epoch == head.epoch %}{% do batches.append(read.batch) %}{% endif %}
    {% endfor %}
    {% do return('delete from ' ~ kept ~ ' where _sluice_batch <= ' ~ batches | min) %}
{% endmacro %}


{% macro keep_changed_keys(kept, columns, target, present, changes, identity, batch) %}
    {# The statement that keeps the values which changed rows have in these columns, and had before. #}
    {% set names = columns | map(attribute='name') | list %}
    {% set quoted = sluice.quoted(names) | join(', ') %}
    {% set moves = identity and names | reject('in', identity) | list %}
    insert into {{ kept }} ({{ quoted }}, _sluice_batch)
    select {{ quoted }}, {{ batch }}
    from (
        select distinct {{ sluice.identities(columns, names) | join(', ') }}
        from (
            select {{ sluice.exact_columns(columns, names, '_sluice_changes') | join(', ') }}
            from {{ changes }} as _sluice_changes
            {%- if moves %}
            union all
            select {{ sluice.exact_columns(columns, names, '_sluice_target') | join(', ') }}
            from {{ target }} as _sluice_target
            inner join {{ changes }} as _sluice_changes
                on {{ sluice.same_rows_condition(present, identity, '_sluice_target', '_sluice_changes') }}
            where _sluice_changes._sluice_change = 'upsert'
            {%- endif %}
        ) as _sluice_rows
    ) as _sluice_keys
{% endmacro %}
