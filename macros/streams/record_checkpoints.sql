{% macro record_checkpoints(positions, afresh=false, relation=none) %}
    {# Positions this node has reached, written in the transaction of the rows that they stand for. A node that
       starts over forgets how far it had read, for what it reads now may end before that (dbt run --empty). #}
    {% set relation = relation or this %}
    {% set checkpoints = sluice.state_relation('checkpoints', relation.database) %}
    {% set id = sluice.literal(sluice.dataset_id(relation)) %}
    {% if afresh %}
        {% do run_query('delete from ' ~ checkpoints ~ ' where dataset = ' ~ id ~ ' and source <> ' ~ id) %}
    {% endif %}
    {% set values = [] %}
    {% for position in positions if position.to > position['from'] or position.restarted %}
        {% do values.append('(' ~ [
            id,
            sluice.literal(position.source),
            position.epoch,
            position.to,
            sluice.literal(invocation_id),
            'cast(' ~ sluice.literal(sluice.utc_now()) ~ ' as ' ~ dbt.type_timestamp() ~ ')',
        ] | join(', ') ~ ')') %}
    {% endfor %}
    {% if values %}
        {% do run_query(
            'insert into ' ~ checkpoints ~ ' (dataset, source, epoch, batch, update_id, committed_at)\nvalues\n' ~ values | join(',\n')
        ) %}
    {% endif %}
{% endmacro %}
