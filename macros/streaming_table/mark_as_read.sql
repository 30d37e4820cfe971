{# PUBLIC: mark_as_read #}

{% macro mark_as_read(dataset=none) %}
    {# The table's rows stay as they are, and its next run reads on behind what its sources hold now. A table whose
       own state is gone gets one: its rows say how far it has come. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% do sluice.check_arguments('mark_as_read', kwargs, ['dataset']) %}
    {% set node = sluice.streaming_table_node(dataset, 'mark_as_read') %}
    {% set reader = sluice.relation_of(node) %}
    {% set id = sluice.dataset_id(reader) %}
    {% do sluice.create_state(reader.database) %}
    {% if load_cached_relation(reader) is none %}
        {% do log('sluice: ' ~ reader ~ ' is not there, so nothing was marked as read; its first run reads all: '
            ~ 'dbt build --select ' ~ sluice.selector_of(node), info=true) %}
        {% do return(none) %}
    {% endif %}
    {% set version = sluice.planned_version(reader) %}
    {% set ranges = sluice.unread_ranges(node, id, reader.database) %}
    {% if not sluice.committed_batch(id, id, reader.database).epoch %}
        {% do ranges.append(sluice.adopted_range(reader)) %}
    {% endif %}
    {% set adopted = {} if sluice.knows_files(id, reader.database) else sluice.adopted_files(node, reader) %}
    {% set files = adopted.values() | sum(start=[]) %}
    {% set statements = [] %}
    {% if files %}{% do statements.append(sluice.insert_adopted_files(node, reader, adopted)) %}{% endif %}
    {% if ranges %}{% do statements.append(sluice.insert_checkpoints(id, ranges, reader.database)) %}{% endif %}
    {% if statements %}
        {% do sluice.run_script(sluice.claimed(statements, reader, version), 'operation') %}
    {% endif %}
    {% for range in ranges if range.source != id %}
        {% do log('sluice: ' ~ reader ~ ' goes on behind batch ' ~ range.to ~ ' of ' ~ range.source
            ~ ' (epoch ' ~ range.epoch ~ ')', info=true) %}
    {% endfor %}
    {% for range in ranges if range.source == id %}
        {% do log('sluice: ' ~ reader ~ ' keeps its rows and goes on behind its batch ' ~ range.to, info=true) %}
    {% endfor %}
    {% if files %}
        {% do log('sluice: ' ~ reader ~ ': ' ~ files | length
            ~ (' file counts' if files | length == 1 else ' files count') ~ ' as read', info=true) %}
    {% endif %}
    {% if not ranges and not files %}
        {% do log('sluice: nothing to mark as read, ' ~ reader ~ ' has read all that its sources hold', info=true) %}
    {% endif %}
{% endmacro %}


{% macro unread_ranges(node, id, database) %}
    {# What the streams of a table hold that it has not read, as ranges up to their latest batches. #}
    {% set ranges = [] %}
    {% for source_id in node.depends_on.nodes if sluice.is_streaming_table(graph.nodes.get(source_id))
        or sluice.keeps_change_feed(graph.nodes.get(source_id)) %}
        {% set source = sluice.streamed_relation(sluice.relation_of(graph.nodes[source_id])) %}
        {% set latest = sluice.latest_batch(source) %}
        {% set read = sluice.committed_batch(id, sluice.dataset_id(source), database) %}
        {% if read != latest %}
            {% do ranges.append({'source': sluice.dataset_id(source), 'epoch': latest.epoch, 'to': latest.batch}) %}
        {% endif %}
    {% endfor %}
    {% do return(ranges) %}
{% endmacro %}


{% macro adopted_range(reader) %}
    {# How far a table without a state has come, by its rows, those that it has not taken, and its files. #}
    {% set quarantine = load_cached_relation(sluice.quarantine_relation(reader)) %}
    {% set places = [reader] + ([quarantine] if sluice.is_quarantine(quarantine) else []) %}
    {% set query %}
        {% for place in places %}
        select max(_sluice_batch) as batch
        from {{ place }}
        union all
        {% endfor %}
        select max(batch) as batch
        from {{ sluice.state_relation('files', reader.database) }}
        where relation = {{ sluice.literal(sluice.dataset_id(reader)) }}
    {% endset %}
    {% set found = sluice.query_rows('select max(batch) as batch from (' ~ query ~ ') as _sluice_places') %}
    {% do return({'source': sluice.dataset_id(reader), 'epoch': 1, 'to': (found[0].batch or 0) | int}) %}
{% endmacro %}


{% macro adopted_files(node, reader) %}
    {# The files that a table without a state was made from, {name of a source: files}: those that its rows name in
       _metadata, and without that column all that are there. #}
    {% set adopted = {} %}
    {% for source_id in node.depends_on.nodes if source_id in graph.sources
        and sluice.external_location_of(graph.sources[source_id]) %}
        {% set source_node = graph.sources[source_id] %}
        {% set options = sluice.source_options(source(source_node.source_name, source_node.name), node) %}
        {% set paths = sluice.query_rows(
            sluice.unread_files(sluice.location_files(options), none, ['path'], none)
        ) | map(attribute='path') | list %}
        {% if sluice.find_column(sluice.columns_of(reader), '_metadata') is not none %}
            {% set named = sluice.query_rows('select distinct _metadata.file_path as path from ' ~ reader)
                | map(attribute='path') | list %}
            {% set paths = paths | select('in', named) | list %}
        {% endif %}
        {% do adopted.update({options.name: sluice.readable_files(paths).good}) %}
    {% endfor %}
    {% do return(adopted) %}
{% endmacro %}


{% macro insert_adopted_files(node, reader, adopted) %}
    {# The one statement that puts the files of all sources into the ledger as read before: half of them would be taken
       for all. #}
    {% set queries = [] %}
    {% for name, files in adopted.items() if files %}
        {% do queries.append('select ' ~ sluice.literal(name) ~ ' as source, _sluice_listed.* from ('
            ~ sluice.listed_files(files) ~ ') as _sluice_listed') %}
    {% endfor %}
    {% set rows %}
    select
        {{ sluice.literal(node.name) }},
        path,
        size,
        modified_at,
        'INGESTED',
        source,
        {{ sluice.literal(sluice.dataset_id(reader)) }},
        {{ sluice.literal(invocation_id) }},
        {{ sluice.timestamp_expression() }}
    from (
        {{ queries | join('\nunion all\n') }}
    ) as _sluice_files
    {% endset %}
    {% do return(sluice.insert_into(
        sluice.state_relation('files', reader.database),
        ['dataset', 'path', 'size', 'modified_at', 'status', 'source', 'relation', 'update_id', 'recorded_at'],
        rows)) %}
{% endmacro %}
