{# PUBLIC: mark_as_read #}

{% macro mark_as_read(dataset) %}
    {# The table's rows stay as they are, and its next run reads on behind what its sources hold now. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set node = sluice.streaming_table_node(dataset, 'mark_as_read') %}
    {% set reader = sluice.relation_of(node) %}
    {% set ranges = [] %}
    {% for id in node.depends_on.nodes if sluice.is_streaming_table(graph.nodes.get(id)) %}
        {% set source = sluice.relation_of(graph.nodes[id]) %}
        {% set latest = sluice.latest_batch(source) %}
        {% do ranges.append({'source': sluice.dataset_id(source), 'epoch': latest.epoch, 'to': latest.batch}) %}
    {% endfor %}
    {% do sluice.begin_transaction() %}
    {% do sluice.insert_checkpoints(sluice.dataset_id(reader), ranges, reader.database) %}
    {% do adapter.commit() %}
    {% for range in ranges %}
        {% do log('sluice: ' ~ reader ~ ' goes on behind batch ' ~ range.to ~ ' of ' ~ range.source
            ~ ' (epoch ' ~ range.epoch ~ ')', info=true) %}
    {% endfor %}
{% endmacro %}
