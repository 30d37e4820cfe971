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
