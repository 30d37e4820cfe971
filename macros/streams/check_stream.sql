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
