{# PUBLIC: changed #}

{% macro changed(relation) %}
    {# A query of all rows, with a note behind it of what is new there: the materialization narrows it to the keys that
       changed, in any of the relations of the query. A unit test's input is a fixture and a parse-time relation a
       placeholder. #}
    {% if not execute or model.resource_type == 'unit_test' %}{% do return(relation) %}{% endif %}
    {% do sluice.check_changed(relation) %}
    {% set whole = sluice.whole_relation(relation) %}
    {% set columns = [] %}
    {% if load_cached_relation(whole) is not none %}
        {% do columns.extend(sluice.user_columns(sluice.columns_of(whole))) %}
    {% elif sluice.is_update() %}
        {% do sluice.raise_errors('changed() error', [sluice.dataset_id(whole) ~ ' is not there, expected a table; '
            ~ 'way out: dbt build --select ' ~ sluice.selector_of(sluice.node_at(relation)) ~ '+']) %}
    {% endif %}
    {% set keys = sluice.keys_of_source(whole, columns) %}
    {% set range = sluice.changed_range(whole, columns, keys, empty=sluice.is_emptied(relation)) %}
    {% set selected = sluice.quoted(columns | map(attribute='name'), '_sluice_source') or ['*'] %}
    {% do return(
        '(\n    select ' ~ selected | join(', ') ~ '\n    from ' ~ whole ~ ' as _sluice_source\n    '
        ~ sluice.note('changed', range) ~ ('\n    where false' if range.empty else '') ~ '\n)'
    ) %}
{% endmacro %}


{% macro check_changed(relation) %}
    {# What is read must tell which of its keys change, and the reader must be a keyed table. #}
    {% set errors = [] %}
    {% set found = sluice.not_keyed(relation) %}
    {% if found %}{% do errors.append('changed() reads streaming tables, apply_changes models, snapshots with strategy '
        ~ 'apply_changes and keyed tables only; ' ~ found) %}{% endif %}
    {% set materialized = config.get('materialized') %}
    {% if model.resource_type in ('model', 'snapshot') and materialized != 'keyed_table' %}
        {% do errors.append(
            'changed() keeps a checkpoint and replaces the rows of keys, which only keyed_table does; this '
            ~ model.resource_type ~ ' is materialized as ' ~ materialized ~ ' (read it whole with a plain ref(), or '
            ~ 'make this a model with materialized: keyed_table and meta: {keys: [...]})'
        ) %}
    {% endif %}
    {% do sluice.raise_errors('changed() error', errors) %}
{% endmacro %}


{% macro not_keyed(relation) %}
    {# Why a relation does not tell which of its keys change, with the way out; none where it does. #}
    {% if relation is string or relation.identifier is not defined %}
        {% do return("found '" ~ relation ~ "', expected a relation: changed(ref('<name of a model>'))") %}
    {% endif %}
    {% set node = sluice.node_at(relation) %}
    {% set id = sluice.dataset_id(relation) %}
    {% set whole = 'read it whole with a plain ref(), whose changes alone change no row here' %}
    {% if node is not none and node.unique_id == model.unique_id %}
        {% do return(id ~ ' is this model itself') %}
    {% elif node is not none and (sluice.keeps_state(node)) %}
        {% do return(none) %}
    {% elif node is none and sluice.ephemeral_name(relation) %}
        {% do return(sluice.ephemeral_name(relation) ~ ' is ephemeral (' ~ whole ~ ', or make it a keyed_table)') %}
    {% elif node is none %}
        {% do return(id ~ ' is no model of this project (' ~ whole ~ ', or read it with a streaming_table or an '
            ~ 'apply_changes model first)') %}
    {% elif node.resource_type == 'snapshot' %}
        {% do return(id ~ ' is a snapshot with strategy ' ~ node.config.strategy ~ ' (' ~ whole ~ ')') %}
    {% endif %}
    {% do return(id ~ ' is materialized as ' ~ (node.config.materialized or node.resource_type) ~ ' (' ~ whole
        ~ (')' if node.resource_type == 'seed' else ', or make it a keyed_table)')) %}
{% endmacro %}


{% macro keys_of_source(relation, columns) %}
    {# The columns of a relation that are the keys of this model; none where it is not a keyed table (a test, an
       analysis), or the relation is not there yet. #}
    {% if model.resource_type != 'model' or not columns %}{% do return([]) %}{% endif %}
    {% set errors = [] %}
    {% set keys = [] %}
    {% set given = (config.get('meta') or {}).get('keys') %}
    {% for name in sluice.listed(given) if name is string %}
        {% set column = sluice.find_column(columns, name) %}
        {% if column is none %}
            {% do errors.append("key '" ~ name ~ "' is no column of " ~ sluice.dataset_id(relation) ~ ' (available: '
                ~ columns | map(attribute='name') | join(', ') ~ '); expected every key in every relation that is read '
                ~ 'with changed(); way out: read a keyed_table that has it, or other keys') %}
        {% else %}
            {% do keys.append(column) %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('changed() error', errors) %}
    {% do return(keys) %}
{% endmacro %}


{% macro changed_range(source, columns, keys, empty) %}
    {# What this model has not seen of a relation: batches after `from`, up to `to`. `whole`: all of its rows, for the
       model starts over, the relation was rewritten, or it does not say what changed. `restarted` is for the
       checkpoint. #}
    {% set id = sluice.dataset_id(source) %}
    {% set version = sluice.planned_version(this) %}
    {% set streaming = sluice.is_streaming_table(sluice.node_at(source)) %}
    {% set latest = sluice.latest_batch(source) if streaming else sluice.committed_batch(id, id, source.database) %}
    {% set read = sluice.committed_batch(sluice.dataset_id(this), id, this.database) %}
    {% set kept = sluice.changed_keys_relation(source) %}
    {% set whole = model.resource_type != 'model' or sluice.is_full_refresh() or not (read.epoch or read.batch)
        or read.epoch != latest.epoch or read.batch > latest.batch
        or (not streaming and read.batch < latest.batch and not sluice.are_kept(kept, keys, read.batch)) %}
    {% set from = 0 if whole else read.batch %}
    {% set shape = [] %}
    {% for column in columns %}{% do shape.append(column.name ~ ' ' ~ column.dtype) %}{% endfor %}
    {% set types = {} %}
    {% for column in keys %}{% do types.update({column.name: column.dtype}) %}{% endfor %}
    {% do return({
        'source': id,
        'epoch': latest.epoch,
        'from': from,
        'to': from if empty else latest.batch,
        'restarted': whole and not empty and latest.epoch > 0,
        'whole': whole,
        'empty': empty,
        'batches': (source if streaming else kept) | string,
        'keys': types,
        'shape': local_md5(shape | join(', ')),
        'version': version or 0,
    }) %}
{% endmacro %}


{% macro are_kept(kept, keys, batch) %}
    {# Whether the changed keys of every batch after this one are kept, with these columns. #}
    {% if load_cached_relation(kept) is none %}{% do return(false) %}{% endif %}
    {% set columns = sluice.columns_of(kept) %}
    {% for key in keys if sluice.find_column(columns, key.name) is none %}{% do return(false) %}{% endfor %}
    {% set lowest = sluice.query_rows('select min(_sluice_batch) as batch from ' ~ kept)[0].batch %}
    {% do return(lowest is not none and lowest <= batch + 1) %}
{% endmacro %}
