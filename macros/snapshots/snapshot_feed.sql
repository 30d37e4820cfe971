{% macro snapshot_feed(node) %}
    {# The query of a snapshot. One in YAML with `relation: ref(...)` can only name a table: where that is a streaming
       table it reads what is new, as stream() does, for whole it would come with our batch number. #}
    {% set source = graph.nodes.get(node.depends_on.nodes[0]) if node.depends_on.nodes | length == 1 else none %}
    {% if source and source.config.materialized == 'streaming_table'
        and modules.re.match('select [*] from [{][{] *ref[(][^)]*[)] *[}][}]$', node.raw_code | trim) %}
        {% set relation = api.Relation.create(
            database=source.database, schema=source.schema, identifier=source.alias or source.name,
            limit=0 if flags.EMPTY else none) %}
        {# Kept in the node, where streams_read() finds what was read. #}
        {% do node.update({'compiled_code': 'select * from ' ~ sluice.stream(relation)}) %}
    {% endif %}
    {% do return(node.compiled_code) %}
{% endmacro %}
