{% macro latest_position(dataset_id, source_id, database=none) %}
    {% set checkpoints = sluice.state_relation('checkpoints', database) %}
    {% if adapter.get_relation(checkpoints.database, checkpoints.schema, checkpoints.identifier) is none %}
        {% do return({'epoch': 0, 'batch': 0}) %}
    {% endif %}
    {% set found = sluice.rows(
        'select epoch, batch from ' ~ checkpoints
        ~ ' where dataset = ' ~ sluice.literal(dataset_id) ~ ' and source = ' ~ sluice.literal(source_id)
        ~ ' order by epoch desc, batch desc limit 1'
    ) %}
    {% if found %}
        {% do return({'epoch': found[0].epoch | int, 'batch': found[0].batch | int}) %}
    {% endif %}
    {% do return({'epoch': 0, 'batch': 0}) %}
{% endmacro %}
