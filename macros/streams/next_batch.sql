{% macro next_batch(existing, afresh, rows, relation=none) %}
    {# This table's head after the run, as a position of itself: a rebuild opens an epoch, rows (none: not counted yet)
       a batch. #}
    {% set relation = relation or this %}
    {% set id = sluice.dataset_id(relation) %}
    {% set head = sluice.latest_position(id, id, relation.database) %}
    {% set epoch = head.epoch + 1 if afresh else head.epoch %}
    {% set from = 0 if afresh else head.batch %}
    {% do return({
        'source': id, 'epoch': epoch, 'from': from, 'to': from + (0 if rows == 0 else 1), 'restarted': afresh,
    }) %}
{% endmacro %}
