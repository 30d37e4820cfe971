{% macro check_stream(relation) %}
    {% set errors = [] %}
    {% set way_out = 'read it whole with a plain ref(), or' %}
    {% for node in graph.nodes.values() if node.relation_name == (relation.include() | string)
        or (node.schema == relation.schema and (node.alias or node.name) == relation.identifier) %}
        {% if node.config.materialized != 'streaming_table' %}
            {% do errors.append(
                'stream() reads streaming tables only; ' ~ node.name ~ ' is materialized as '
                ~ node.config.materialized ~ ' (' ~ way_out ~ ' make it a streaming_table)'
            ) %}
        {% endif %}
    {% endfor %}
    {% set materialized = config.get('materialized') %}
    {% if model.resource_type == 'model' and materialized not in ('streaming_table', 'apply_changes') %}
        {% do errors.append(
            'stream() keeps a checkpoint, which only streaming_table, apply_changes and snapshots with '
            ~ 'strategy apply_changes do; this model is materialized as ' ~ materialized
            ~ ' (' ~ way_out ~ ' change the materialization)'
        ) %}
    {% elif model.resource_type == 'snapshot' and not sluice.is_apply_changes_snapshot() %}
        {% do errors.append(
            'stream() keeps a checkpoint, which a snapshot does only with strategy apply_changes, found: '
            ~ config.get('strategy')
        ) %}
    {% endif %}
    {% do sluice.raise_errors('stream() error', errors) %}
{% endmacro %}
