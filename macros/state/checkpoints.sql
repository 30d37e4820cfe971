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


{% macro record_checkpoints(positions, afresh=false, relation=none) %}
    {# Positions this node has reached, written in the transaction of the rows that they stand for. A node that
       starts over forgets how far it had read, for what it reads now may end before that (dbt run --empty). #}
    {% set relation = relation or this %}
    {% set id = sluice.dataset_id(relation) %}
    {% if afresh %}
        {% do run_query(
            'delete from ' ~ sluice.state_relation('checkpoints', relation.database)
            ~ ' where dataset = ' ~ sluice.literal(id) ~ ' and source <> ' ~ sluice.literal(id)
        ) %}
    {% endif %}
    {% set reached = [] %}
    {% for position in positions if position.to > position['from'] or position.restarted %}
        {% do reached.append(position) %}
    {% endfor %}
    {% do sluice.insert_checkpoints(id, reached, relation.database) %}
{% endmacro %}


{% macro insert_checkpoints(dataset_id, positions, database) %}
    {% set values = [] %}
    {% for position in positions %}
        {% do values.append('(' ~ [
            sluice.literal(dataset_id),
            sluice.literal(position.source),
            position.epoch,
            position.to,
            sluice.literal(invocation_id),
            'cast(' ~ sluice.literal(sluice.utc_now()) ~ ' as ' ~ dbt.type_timestamp() ~ ')',
        ] | join(', ') ~ ')') %}
    {% endfor %}
    {% if values %}
        {% do run_query(
            'insert into ' ~ sluice.state_relation('checkpoints', database)
            ~ ' (dataset, source, epoch, batch, update_id, committed_at)\nvalues\n' ~ values | join(',\n')
        ) %}
    {% endif %}
{% endmacro %}
