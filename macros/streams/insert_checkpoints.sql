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
