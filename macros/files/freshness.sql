{# PUBLIC: files_landed_at, files_loaded_at #}

{% macro files_landed_at(source=none) %}
    {# For loaded_at_query of a source: when the newest file at its location was written, UTC, read or not. Without an
       argument it is the source that dbt asks about. #}
    {% if not execute %}{% do return('') %}{% endif %}
    {% set options = sluice.source_options(source or this) %}
    {% set paths = sluice.query_rows(sluice.unread_files(sluice.location_files(options), none, [], none)) %}
    {% set files = sluice.readable_files(paths | map(attribute='path') | list).good if paths else [] %}
    {% set times = files | map(attribute='modified_at') | reject('none') | map('string') | sort %}
    select {{ sluice.timestamp_expression(times[-1]) if times else 'cast(null as ' ~ dbt.type_timestamp() ~ ')' }}
        as files_landed_at
{% endmacro %}


{% macro files_loaded_at(dataset) %}
    {# For loaded_at_query of a source: when the newest file that a model has read was written, UTC. #}
    {% if not execute %}{% do return('') %}{% endif %}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if sluice.is_streaming_table(node) or sluice.is_target(node) %}
        {% do nodes.append(node) %}
    {% endfor %}
    {% set named = sluice.named_node(dataset, nodes, 'a streaming_table or an apply_changes model') %}
    {% if named.error %}{% do exceptions.raise_compiler_error('sluice.files_loaded_at: ' ~ named.error) %}{% endif %}
    {% set relation = sluice.relation_of(named.node) %}
    select max(modified_at)
    from {{ sluice.state_relation('files', relation.database) }}
    where relation = {{ sluice.literal(sluice.dataset_id(relation)) }} and status = 'INGESTED'
{% endmacro %}
