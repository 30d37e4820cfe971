{% macro record_checkpoints(positions) %}
    {# Positions this node has reached, written in the transaction of the rows that they stand for. #}
    {% set values = [] %}
    {% for position in positions if position.to > position['from'] or position.restarted %}
        {% do values.append('(' ~ [
            sluice.literal(sluice.dataset_id(this)),
            sluice.literal(position.source),
            position.epoch,
            position.to,
            sluice.literal(invocation_id),
            'cast(' ~ sluice.literal(sluice.utc_now()) ~ ' as ' ~ dbt.type_timestamp() ~ ')',
        ] | join(', ') ~ ')') %}
    {% endfor %}
    {% if values %}
        {% do run_query(
            'insert into ' ~ sluice.state_relation('checkpoints', this.database)
            ~ ' (dataset, source, epoch, batch, update_id, committed_at)\nvalues\n' ~ values | join(',\n')
        ) %}
    {% endif %}
{% endmacro %}
