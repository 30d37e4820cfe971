{% macro is_full_refresh() %}
    {# Whether this model starts over. dbt never full-refreshes a snapshot; sluice.rebuild does. #}
    {% if load_cached_relation(this) is none %}{% do return(true) %}{% endif %}
    {% do return(model.resource_type == 'model' and should_full_refresh()) %}
{% endmacro %}


{% macro is_preview() %}
    {# Whether a query is compiled to look at its rows (dbt show), whatever its model has read before. #}
    {% do return(flags.WHICH == 'show') %}
{% endmacro %}


{% macro rebuild_command(node) %}
    {# How a node is made anew, for error messages: dbt never full-refreshes a snapshot, nor what is protected. #}
    {% if node.resource_type == 'snapshot' %}
        {% do return("dbt run-operation sluice.rebuild --args '{dataset: " ~ node.name
            ~ ", start_over: true}', then dbt snapshot --select " ~ node.name) %}
    {% endif %}
    {% do return(sluice.full_refresh_command(node, 'run')) %}
{% endmacro %}


{% macro full_refresh_command(node, command='build', readers=false) %}
    {# The command that rebuilds a model, with what reads it where that is wanted, and what has to go before it works.
       #}
    {% set protected = ' (' ~ node.name ~ ' has full_refresh: false, which --full-refresh does not overrule: take that '
        ~ 'out of its config first)' if node.config.get('full_refresh') is false else '' %}
    {% do return('dbt ' ~ command ~ ' --full-refresh --select ' ~ sluice.selector_of(node)
        ~ ('+' if readers else '') ~ protected) %}
{% endmacro %}


{% macro operation_command(operation, node) %}
    {# The command that calls an operation of ours for a streaming table. #}
    {% do return('dbt run-operation sluice.' ~ operation ~ " --args '{dataset: " ~ sluice.selector_of(node) ~ "}'") %}
{% endmacro %}


{% macro relation_of(node) %}
    {# The table of a node. #}
    {% do return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias or node.name, type='table')) %}
{% endmacro %}


{% macro whole_relation(relation) %}
    {# A relation without what ref() adds to it (--empty gives it a limit). #}
    {% do return(api.Relation.create(
        database=relation.database, schema=relation.schema, identifier=relation.identifier)) %}
{% endmacro %}


{% macro is_emptied(relation) %}
    {# Whether what a model reads is to have no rows (--empty): dbt v1 limits the relation, dbt v2 says it in flags. #}
    {% do return(relation.limit == 0 or flags.EMPTY is true) %}
{% endmacro %}


{% macro node_at(relation) %}
    {# The model, snapshot or seed that a relation is of, or none. By its place, for --empty changes how a relation is
       written, and --defer where it is. Ephemeral models have a name in the graph, but no place in the database. #}
    {% if relation is string or relation.identifier is not defined %}{% do return(none) %}{% endif %}
    {% set wanted = sluice.place_of(relation.database, relation.schema, relation.identifier) %}
    {% for node in graph.nodes.values()
        if node.resource_type in ('model', 'snapshot', 'seed') and node.config.materialized != 'ephemeral' %}
        {% for place in (node, node.get('defer_relation')) if place %}
            {% if sluice.place_of(place.database, place.schema, place.alias or place.name) == wanted %}
                {% do return(node) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro ephemeral_name(relation) %}
    {# The name of the ephemeral model that a relation is of, or none: dbt v1 gives that of its CTE, v2 a place. #}
    {% if relation.identifier.startswith('__dbt__cte__') %}{% do return(relation.identifier[12:]) %}{% endif %}
    {% for node in graph.nodes.values() if node.config.materialized == 'ephemeral'
        and sluice.place_of(node.database, node.schema, node.alias or node.name)
            == sluice.place_of(relation.database, relation.schema, relation.identifier) %}
        {% do return(node.name) %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro place_of(database, schema, identifier) %}
    {# Where a relation is, as text that can be compared. #}
    {% do return([database, schema, identifier] | join('.') | lower) %}
{% endmacro %}


{% macro named_node(dataset, nodes, kind) %}
    {# {'node', 'error'}: the one of the nodes that a user names. As dbt's selectors name versions: ver.v1, or ver for
       the latest. The alias of a version is ver_v1. #}
    {% set ids, names, aliases, known = [], [], [], [] %}
    {% for node in nodes %}
        {% set full_name = sluice.selector_of(node) %}
        {% set is_latest = node.get('version') == node.get('latest_version') %}
        {% do known.append(full_name) %}
        {% if dataset == node.unique_id %}{% do ids.append(node) %}
        {% elif dataset == full_name or (dataset == node.name and is_latest) %}{% do names.append(node) %}
        {% elif dataset == node.alias %}{% do aliases.append(node) %}
        {% endif %}
    {% endfor %}
    {% set found = ids or names or aliases %}
    {% if not found %}
        {% do return({'node': none, 'error': 'dataset must name ' ~ kind ~ ' (known: '
            ~ (known | sort | join(', ') or 'none') ~ '), found: ' ~ tojson(dataset)}) %}
    {% elif found | length > 1 %}
        {% do return({'node': none, 'error': 'dataset must name one node, found ' ~ found | length
            ~ ' that are called ' ~ dataset ~ '; way out: name it by its id: '
            ~ found | map(attribute='unique_id') | sort | join(', ')}) %}
    {% endif %}
    {% do return({'node': found[0], 'error': none}) %}
{% endmacro %}


{% macro selector_of(node) %}
    {# As dbt's selectors and named_node() take it: the bare name of a versioned model is another node, the latest. #}
    {% set version = node.get('version') %}
    {% do return(node.name if version is none else node.name ~ '.v' ~ version) %}
{% endmacro %}


{% macro streaming_table_node(dataset, operation) %}
    {# The streaming table that an operation was asked for. #}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if sluice.is_streaming_table(node) %}{% do nodes.append(node) %}{% endfor %}
    {% set named = sluice.named_node(dataset, nodes, 'a streaming_table') %}
    {% if named.error %}{% do exceptions.raise_compiler_error('sluice.' ~ operation ~ ': ' ~ named.error) %}{% endif %}
    {% do return(named.node) %}
{% endmacro %}


{% macro is_streaming_table(node) %}
    {# Whether a node of the graph (or none) is a streaming table. #}
    {% do return(node is not none and node is defined and node.config.materialized == 'streaming_table') %}
{% endmacro %}


{% macro keeps_state(node) %}
    {# Whether a node of the graph is one of ours: a streaming table, an apply_changes model or snapshot, a keyed
       table. #}
    {% do return(node.config.materialized in ('streaming_table', 'keyed_table') or sluice.is_target(node)) %}
{% endmacro %}


{% macro is_target(node) %}
    {# Whether a node of the graph is the target of a change feed. #}
    {% do return(
        node.config.materialized == 'apply_changes' or (
            node.resource_type == 'snapshot' and node.config.strategy in ('apply_changes', 'sluice.apply_changes')
        )
    ) %}
{% endmacro %}


{% macro keeps_change_feed(node) %}
    {# Whether a target keeps its row-level changes for stream(): meta: {change_data_feed: true}. #}
    {% do return(node is not none and sluice.is_target(node)
        and (node.config.get('meta') or {}).get('change_data_feed') is true) %}
{% endmacro %}


{% macro change_feed_relation(target) %}
    {# Where the changes of a target are kept. #}
    {% do return(sluice.state_relation_of(target, 'feed')) %}
{% endmacro %}


{% macro keyed_readers(node) %}
    {# The models of the project that may read a node with changed(). #}
    {% set readers = [] %}
    {% for reader in graph.nodes.values() if reader.resource_type == 'model'
        and reader.config.materialized == 'keyed_table' and node.unique_id in reader.depends_on.nodes %}
        {% do readers.append(reader) %}
    {% endfor %}
    {% do return(readers) %}
{% endmacro %}


{% macro is_apply_changes_snapshot() %}
    {# Whether what runs is a snapshot with our strategy. #}
    {% do return(config.get('strategy') in ('apply_changes', 'sluice.apply_changes')) %}
{% endmacro %}


{% macro plain_reads(sql) %}
    {# What a query of this model reads by plain ref() and source(): [{'found', 'expected' (what was probably meant,
       or none), 'node'}]. By the names that stand in the SQL, for a comment may name a dependency that is not read; in
       Python by what dbt found. #}
    {% set code = modules.re.sub('--[^\n]*', '', modules.re.sub('/\\*.*?\\*/', '', sql or '', 0, modules.re.S)) %}
    {% set reads = [] %}
    {% for id in model.depends_on.nodes %}
        {% set node = graph.nodes.get(id) or graph.sources.get(id) or {} %}
        {% set is_source = node.get('resource_type') == 'source' %}
        {% set is_ephemeral = node and not is_source and node.config.materialized == 'ephemeral' %}
        {% set name = '__dbt__cte__' ~ node.get('name') if is_ephemeral else node.get('relation_name') %}
        {% set deferred = (node.get('defer_relation') or {}).get('relation_name') %}
        {% set location = sluice.external_location_of(node) if is_source else none %}
        {% set python = model.language == 'python' %}
        {% if is_source or python or (name and name in code) or (deferred and deferred in code) %}
            {% set meant = none %}
            {% if sluice.is_streaming_table(node) %}
                {% set meant = ('stream("%s")' if python else "sluice.stream(ref('%s'))") | format(node.name) %}
            {% elif location %}
                {% set meant = ('read_files("%s", "%s")' if python else "sluice.read_files(source('%s', '%s'))")
                    | format(node.source_name, node.name) %}
            {% endif %}
            {% set found = node.source_name ~ '.' ~ node.name ~ ' with source()' if is_source
                else sluice.selector_of(node) ~ ' with ref()' %}
            {% do reads.append({'found': found, 'expected': meant, 'node': node}) %}
        {% endif %}
    {% endfor %}
    {% do return(reads) %}
{% endmacro %}


{% macro streams_meant() %}
    {# Of the plain reads of this model those for which there is a word that reads new rows only. #}
    {% do return(sluice.plain_reads(model.get('compiled_code')) | selectattr('expected') | list) %}
{% endmacro %}


{% macro external_location_of(source_node) %}
    {# Where the files of a source are, as it is declared, or none. #}
    {% set config = source_node.get('config') or {} %}
    {% for meta in (config.get('meta') or {}, source_node.get('meta') or {}, source_node.get('source_meta') or {}) %}
        {% if meta.get('external_location') %}{% do return(meta.external_location) %}{% endif %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}
