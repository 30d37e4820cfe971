{% macro stream(relation) %}
    {# A unit test's input is a fixture and a parse-time relation a placeholder: neither has batches. #}
    {% if not execute or model.resource_type == 'unit_test' %}
        {% do return(relation) %}
    {% endif %}
    {% do sluice.check_stream(relation) %}
    {% set whole = api.Relation.create(
        database=relation.database, schema=relation.schema, identifier=relation.identifier
    ) %}
    {% set position = sluice.stream_position(whole) %}
    {% if relation.limit == 0 %}{% do position.update({'to': position['from'], 'restarted': false}) %}{% endif %}
    {% do return(
        '(\n    /* sluice:stream ' ~ tojson(position) | replace('*', '\\u002a') ~ ' */\n    '
        ~ sluice.stream_rows(whole, position) ~ '\n)'
    ) %}
{% endmacro %}


{% macro check_stream(relation) %}
    {% set errors = [] %}
    {% set node = sluice.node_of(relation) %}
    {% if node is none or node.config.materialized != 'streaming_table' %}
        {% do errors.append(
            'stream() reads streaming tables only; ' ~ sluice.dataset_id(relation) ~ ' is '
            ~ ('materialized as ' ~ node.config.materialized if node else 'no model of this project')
            ~ ' (read it whole with a plain ref() or source(), or make it a streaming_table)'
        ) %}
    {% endif %}
    {% set materialized = config.get('materialized') %}
    {% if model.resource_type == 'model' and materialized not in ('streaming_table', 'apply_changes') %}
        {% do errors.append(
            'stream() keeps a checkpoint, which only streaming_table, apply_changes and snapshots with strategy '
            ~ 'apply_changes do; this model is materialized as ' ~ materialized
            ~ ' (read it whole with a plain ref(), or change the materialization)'
        ) %}
    {% elif model.resource_type == 'snapshot' and not sluice.is_apply_changes_snapshot() %}
        {% do errors.append(
            'stream() keeps a checkpoint, which a snapshot does only with strategy apply_changes, found: '
            ~ config.get('strategy')
        ) %}
    {% endif %}
    {% do sluice.raise_errors('stream() error', errors) %}
{% endmacro %}


{% macro stream_position(source) %}
    {# What this model reads of `source` in this run: the batches after `from`, up to `to`. #}
    {% set source_id = sluice.dataset_id(source) %}
    {% set head = sluice.head_of(source) %}
    {% set read = sluice.latest_position(sluice.dataset_id(this), source_id, this.database) %}
    {% set afresh = model.resource_type not in ('model', 'snapshot') or sluice.starts_over() %}
    {% set restarted = not afresh and (read.epoch != 0 or read.batch != 0)
        and (read.epoch != head.epoch or read.batch > head.batch) %}
    {% do return({
        'source': source_id,
        'epoch': head.epoch,
        'from': 0 if afresh or restarted else read.batch,
        'to': head.batch,
        'restarted': restarted,
    }) %}
{% endmacro %}


{% macro head_of(source) %}
    {# How far a streaming table has come. One that was made elsewhere (dbt clone, --defer) has its state there: its
       rows say how far they go, and epoch 0 that nothing is known of rebuilds. #}
    {% set id = sluice.dataset_id(source) %}
    {% set head = sluice.latest_position(id, id, source.database) %}
    {% if head.epoch or load_relation(source) is none %}{% do return(head) %}{% endif %}
    {% set found = sluice.rows('select max(_sluice_batch) as batch from ' ~ source) %}
    {% do return({'epoch': 0, 'batch': (found[0].batch or 0) | int}) %}
{% endmacro %}


{% macro stream_rows(relation, position) %}
    {% do return(adapter.dispatch('stream_rows', 'sluice')(relation, position)) %}
{% endmacro %}


{% macro streams_read() %}
    {# What stream() rendered into this node, read back: no second look at the source, so no race. #}
    {% set positions = {} %}
    {% for text in modules.re.findall('/\\* sluice:stream (.*?) \\*/', model.get('compiled_code') or '') %}
        {% set position = fromjson(text) %}
        {% do positions.update({position.source: position}) %}
    {% endfor %}
    {% do return(positions.values() | list) %}
{% endmacro %}
