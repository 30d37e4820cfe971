{% macro files_loaded_at(dataset) %}
    {# For loaded_at_query of a source: when the newest file that `dataset` has read was written, UTC. #}
    select max(modified_at)
    from {{ sluice.state_relation('files') }}
    where dataset = {{ sluice.literal(dataset) }} and status = 'INGESTED'
{% endmacro %}
