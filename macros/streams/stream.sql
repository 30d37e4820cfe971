{# PUBLIC: stream #}

{% macro stream(relation) %}
    {# A unit test's input is a fixture and a parse-time relation a placeholder: neither has batches. #}
    {% if not execute or model.resource_type == 'unit_test' %}{% do return(relation) %}{% endif %}
    {% do sluice.check_stream(relation) %}
    {% set whole = sluice.streamed_relation(relation) %}
    {% set state = sluice.known_state(this, [whole]) %}
    {% set range = sluice.batch_range(whole, state, empty=sluice.is_emptied(relation)) %}
    {% if sluice.keeps_change_feed(sluice.node_at(relation)) %}{% do sluice.check_retention(whole, range) %}{% endif %}
    {% set columns = sluice.stream_columns(whole) %}
    {% set range = dict(range, relation=whole | string, **({'columns': columns} if columns else {})) %}
    {% do return(sluice.stream_block(range, state)) %}
{% endmacro %}


{% macro streamed_relation(relation) %}
    {# Where the batches of what is read lie: a streaming table has them itself, a target the changes that it keeps. #}
    {% set whole = sluice.whole_relation(relation) %}
    {% do return(
        sluice.change_feed_relation(whole) if sluice.keeps_change_feed(sluice.node_at(relation)) else whole) %}
{% endmacro %}


{% macro check_retention(feed, range) %}
    {# What a reader has not seen must still be there change by change. #}
    {% set together = sluice.put_together(feed) %}
    {% if range['from'] and range['from'] < together and not range.restarted %}
        {% do sluice.raise_errors('stream() error', [
            range.source ~ ' has put the changes up to its batch ' ~ together ~ ' together '
            ~ '(change_data_feed_retention), and this model has read them up to ' ~ range['from']
            ~ ' only; way out: make it anew, ' ~ sluice.full_refresh_command(model, readers=true),
        ]) %}
    {% endif %}
{% endmacro %}


{% macro stream_columns(relation) %}
    {# The names of the user's columns of a table, or none: for engines that can't select all columns but one. #}
    {% do return(adapter.dispatch('stream_columns', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__stream_columns(relation) %}
    {# Engines that can. #}
    {% do return(none) %}
{% endmacro %}


{% macro stream_block(range, state=none) %}
    {# How a range stands in a query: a note of what is read, one of what is known of the reader, and the rows. #}
    {% set notes = [sluice.note('stream', range)] + ([sluice.note('state', state)] if state else []) %}
    {% do return(sluice.block(notes | join('\n    '), sluice.stream_rows(range.relation, range))) %}
{% endmacro %}


{% macro check_stream(relation) %}
    {# What is read must be another streaming table, and the reader something that keeps a checkpoint. #}
    {% set found = sluice.not_a_stream(relation) %}
    {% set errors = ['stream() reads streaming tables, and targets that keep their changes; ' ~ found]
        if found else [] %}
    {% do errors.extend(sluice.reader_errors('stream')) %}
    {% if not errors and sluice.is_update() and load_cached_relation(sluice.streamed_relation(relation)) is none %}
        {% do errors.append(sluice.dataset_id(relation) ~ ' is not there yet; it has to be built first: dbt build '
            ~ '--select +' ~ sluice.selector_of(model)) %}
    {% endif %}
    {% do sluice.raise_errors('stream() error', errors) %}
{% endmacro %}


{% macro reader_errors(word) %}
    {# Why what runs cannot note what it has read, for stream() or once(). #}
    {% set keeps, materialized = word ~ '() keeps a checkpoint, which ', config.get('materialized') %}
    {% if model.resource_type == 'model' and materialized not in ('streaming_table', 'apply_changes') %}
        {% set meant = sluice.nearest(materialized, ['streaming_table', 'apply_changes']) %}
        {% do return([keeps ~ 'only streaming_table, apply_changes and snapshots with strategy apply_changes do; this '
            ~ 'model is materialized as ' ~ materialized ~ ('; did you mean ' ~ meant ~ '?' if meant
                else ' (read it whole with a plain ref(), or change the materialization)')]) %}
    {% elif model.resource_type == 'snapshot' and not sluice.is_apply_changes_snapshot() %}
        {% do return([
            keeps ~ 'a snapshot does only with strategy apply_changes, found: ' ~ config.get('strategy'),
        ]) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}


{% macro not_a_stream(relation) %}
    {# Why a relation cannot be streamed, with the way out; none where it can. #}
    {% if relation is string or relation.identifier is not defined %}
        {% do return("found '" ~ relation ~ "', expected a relation: stream(ref('<name of a streaming table>'))") %}
    {% endif %}
    {% set node = sluice.node_at(relation) %}
    {% if node is not none and node.unique_id == model.unique_id %}
        {% do return(sluice.dataset_id(relation) ~ ' is this model itself, which cannot read its own batches') %}
    {% elif sluice.is_streaming_table(node) or sluice.keeps_change_feed(node) %}
        {% do return(none) %}
    {% endif %}
    {% set whole = 'read it whole with ' ~ ('dbt.ref()' if model.language == 'python' else 'a plain ref()') %}
    {% if config.get('materialized') == 'streaming_table' %}
        {% set whole = whole ~ ' and meta: {append_all: true}, which appends all of it at each run' %}
    {% endif %}
    {% if node %}
        {% do return(sluice.dataset_id(relation) ~ ' is materialized as ' ~ node.config.materialized
            ~ ' (' ~ whole ~ (', or let it keep its changes: meta: {change_data_feed: true})'
                if sluice.is_target(node) else ', or make it a streaming_table)')) %}
    {% endif %}
    {% do return(sluice.dataset_id(relation) ~ ' is no model of this project (files of a source are read by '
        ~ 'sluice.read_files(source(...)); anything else: ' ~ whole ~ ')') %}
{% endmacro %}


{% macro batch_range(source, state, empty=false) %}
    {# What this model reads of a streaming table in this run, by what is known (known_state): the batches after `from`,
       up to `to`; none where it is to be empty (dbt run --empty). `restarted`: the source was rebuilt since this model
       last read it; `known`: whether it has read it at all. #}
    {% set source_id = sluice.dataset_id(source) %}
    {% set latest = sluice.latest_batch(source, sluice.position(state.latest, source_id)) %}
    {% set read = sluice.position(state.read, source_id) %}
    {% set full_refresh = sluice.reads_from_start(state) %}
    {% set known = read.epoch != 0 or read.batch != 0 %}
    {% set restarted = not full_refresh and known and (read.epoch != latest.epoch or read.batch > latest.batch) %}
    {% set from = 0 if full_refresh or restarted else read.batch %}
    {% do return({
        'source': source_id,
        'epoch': latest.epoch,
        'from': from,
        'to': from if empty else latest.batch,
        'restarted': restarted and not empty,
        'known': known,
        'rows_read': read.rows,
    }) %}
{% endmacro %}


{% macro reads_from_start(state) %}
    {# Whether what runs reads its streams from their first batch on, whatever it has read. #}
    {% do return(model.resource_type not in ('model', 'snapshot') or sluice.is_full_refresh()
        or state.unfinished or sluice.is_preview()) %}
{% endmacro %}


{% macro latest_batch(source, own=none) %}
    {# How far a streaming table has come, by its own state if that is at hand. One that was made elsewhere has its
       state there: with --defer it is found; a clone's rows say how far they go, and epoch 0 that nothing is known of
       rebuilds. #}
    {% set id = sluice.dataset_id(source) %}
    {% set latest = own or sluice.committed_batch(id, id, source.database) %}
    {% if latest.epoch or load_cached_relation(source) is none %}{% do return(latest) %}{% endif %}
    {% set there = sluice.deferred_checkpoints(source) %}
    {% if there %}
        {% set latest = sluice.committed_batch(id, id, source.database, there) %}
        {% if latest.epoch %}{% do return(latest) %}{% endif %}
    {% endif %}
    {% set found = sluice.query_rows('select max(_sluice_batch) as batch from ' ~ source) %}
    {% do return({'epoch': 0, 'batch': (found[0].batch or 0) | int}) %}
{% endmacro %}


{% macro deferred_checkpoints(source) %}
    {# The checkpoints of the target that a deferred table is of, or none. A model's own schema is behind the
       target's, so what this target's has in front says what the other's has. dbt v2 does not say that a table is
       deferred: its node has the other target's schema. #}
    {% set node = sluice.node_at(source) or {'schema': ''} %}
    {% set place = node.get('defer_relation') or source %}
    {% set own = node.schema[target.schema | length:] if node.schema.startswith(target.schema) else '' %}
    {% if not place.schema.endswith(own) %}{% do return(none) %}{% endif %}
    {% set schema = place.schema[:place.schema | length - own | length] ~ '_sluice' %}
    {% set checkpoints = api.Relation.create(
        database=place.database, schema=schema, identifier='checkpoints', type='table') %}
    {% do return(checkpoints if load_cached_relation(checkpoints) is not none else none) %}
{% endmacro %}


{% macro stream_rows(relation, range) %}
    {# A query of a range of batches, with the user's columns only; of a table without batches all of it, or nothing. #}
    {% if range.get('is_plain') %}
        {% do return('select * from ' ~ relation ~ ('' if range.to > range['from'] else ' where 1 = 0')) %}
    {% endif %}
    {% do return(adapter.dispatch('stream_rows', 'sluice')(relation, range)) %}
{% endmacro %}


{% macro ranges_read(sql=none) %}
    {# The ranges that stream() rendered into a query, by default this model's: one a source. #}
    {% set ranges = {} %}
    {% for range in sluice.notes('stream', sql or sluice.noted_query()) %}
        {% do ranges.update({range.source: range}) %}
    {% endfor %}
    {% do return(ranges.values() | list) %}
{% endmacro %}
