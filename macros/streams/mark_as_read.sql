{% macro mark_as_read(dataset) %}
    {# Run by `dbt run-operation sluice.mark_as_read --args '{dataset: orders}'`. The table's rows stay as they are,
       and its next run reads on behind what its sources hold now. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set node = sluice.streaming_table_node(dataset, 'mark_as_read') %}
    {% set reader = sluice.relation_of(node) %}
    {% set positions = [] %}
    {% for id in node.depends_on.nodes if (graph.nodes.get(id) or {}).get('config', {}).get('materialized') == 'streaming_table' %}
        {% set source = sluice.relation_of(graph.nodes[id]) %}
        {% set head = sluice.head_of(source) %}
        {% do positions.append({'source': sluice.dataset_id(source), 'epoch': head.epoch, 'to': head.batch}) %}
    {% endfor %}
    {% do sluice.begin_transaction() %}
    {% do sluice.insert_checkpoints(sluice.dataset_id(reader), positions, reader.database) %}
    {% do adapter.commit() %}
    {% for position in positions %}
        {% do log('sluice: ' ~ reader ~ ' goes on behind batch ' ~ position.to ~ ' of ' ~ position.source
            ~ ' (epoch ' ~ position.epoch ~ ')', info=true) %}
    {% endfor %}
{% endmacro %}
