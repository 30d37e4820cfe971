{% macro forget_scope(seed, keys) %}
    {# What is to be looked at: {'seed' (what was asked for), 'nodes' (of ours, each behind all that it reads), 'roots'
       (ids of those that read no stream), 'given' ({name: keys}), 'facts' ({id: see table_facts()}), 'rebuild' and
       'snapshots' (names of what sluice did not make)}. A table that reads a further stream brings that in, with all
       that reads it. #}
    {% set roots = sluice.stream_roots(seed) %}
    {% set ns = namespace(nodes=[], grows=true) %}
    {% for _ in graph.nodes %}
        {% if ns.grows %}
            {% set ns.grows = false %}
            {% set ns.nodes = sluice.nodes_downstream(roots) %}
            {% for node in ns.nodes if sluice.is_streaming_table(node) or sluice.is_target(node) %}
                {% for id in sluice.stream_roots(node) if id not in roots and id != node.unique_id %}
                    {% do roots.append(id) %}
                    {% set ns.grows = true %}
                {% endfor %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% set scope = {
        'seed': seed, 'roots': roots, 'nodes': [], 'facts': {}, 'rebuild': [], 'snapshots': [],
        'given': keys if keys is mapping else {} if keys is none else {seed.name: sluice.listed(keys)},
    } %}
    {% for node in ns.nodes if load_cached_relation(sluice.relation_of(node)) is not none %}
        {% if sluice.keeps_state(node) %}
            {% do scope.nodes.append(node) %}
            {% do scope.facts.update({node.unique_id: sluice.table_facts(node)}) %}
        {% elif node.resource_type == 'snapshot' %}
            {% do scope.snapshots.append(node.name) %}
        {% elif node.config.materialized not in ('view', 'ephemeral') %}
            {% do scope.rebuild.append(sluice.selector_of(node)) %}
        {% endif %}
    {% endfor %}
    {% do sluice.check_scope(scope) %}
    {% do return(scope) %}
{% endmacro %}


{% macro planned_versions(database) %}
    {# {id of a node of ours in a database: the version of its state}, to be asked for before anything is read. #}
    {% set versions = {} %}
    {% for node in graph.nodes.values() if sluice.keeps_state(node) and node.database == database %}
        {% do versions.update({node.unique_id: sluice.planned_version(sluice.relation_of(node))}) %}
    {% endfor %}
    {% do return(versions) %}
{% endmacro %}


{% macro stream_roots(node) %}
    {# The ids of the tables from which the streams come that a table reads, at first hand or through others; of one
       that reads none its own. #}
    {% set roots = [] %}
    {% for id in sluice.table_facts(node).reads %}
        {% for source in graph.nodes.values() if source.resource_type == 'model'
            and sluice.dataset_id(sluice.relation_of(source)) == id %}
            {% for root in sluice.stream_roots(source) if root not in roots %}{% do roots.append(root) %}{% endfor %}
        {% endfor %}
    {% endfor %}
    {% do return(roots or [node.unique_id]) %}
{% endmacro %}


{% macro nodes_downstream(roots) %}
    {# These nodes, by id, and all models and snapshots that read them, themselves or through others; each behind all
       that it reads. #}
    {% set found, ordered, nodes = roots | list, [], [] %}
    {% set ns = namespace(grows=true) %}
    {% for _ in graph.nodes %}
        {% if ns.grows %}
            {% set ns.grows = false %}
            {% for node in graph.nodes.values() if node.resource_type in ('model', 'snapshot')
                and node.depends_on.nodes | select('in', found) | list %}
                {% if node.unique_id not in found %}
                    {% do found.append(node.unique_id) %}
                    {% set ns.grows = true %}
                {% endif %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% for _ in found %}
        {% for id in found if id not in ordered %}
            {% if not graph.nodes[id].depends_on.nodes | select('in', found) | reject('in', ordered) | list %}
                {% do ordered.append(id) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% for id in ordered | unique %}{% do nodes.append(graph.nodes[id]) %}{% endfor %}
    {% do return(nodes) %}
{% endmacro %}


{% macro table_facts(node) %}
    {# What is recorded of one of our tables: {'kind': stream, target or keyed, 'keys' (none for a stream), 'reads'
       ({id of a stream: relation}), 'template' (its query over them, or none), 'is_streamed' (its events lie there),
       'recorded'}. #}
    {% set relation = sluice.relation_of(node) %}
    {% set recorded = sluice.target_options(sluice.dataset_id(relation), node.database) or {} %}
    {% set state = recorded.get('state') or {} %}
    {% if sluice.is_streaming_table(node) %}
        {% do return({
            'kind': 'stream', 'keys': none, 'reads': recorded.get('reads') or {}, 'is_streamed': false,
            'template': recorded.get('template'), 'recorded': recorded,
        }) %}
    {% elif sluice.is_target(node) %}
        {% do return({
            'kind': 'target', 'keys': (recorded.get('events') or {}).get('keys') or [], 'reads': state.reads or {},
            'template': state.template or none, 'is_streamed': state.kind == 'stream', 'recorded': recorded,
        }) %}
    {% endif %}
    {% do return({
        'kind': 'keyed', 'keys': (recorded.get('keyed') or {}).get('keys') or [], 'reads': {}, 'is_streamed': false,
        'template': none, 'recorded': recorded,
    }) %}
{% endmacro %}


{% macro check_scope(scope) %}
    {# Each table must be as sluice last wrote it, by a version that says what it was made from, and in one database: a
       script is one transaction there. #}
    {% set errors, names = [], [] %}
    {% for node in scope.nodes %}{% do names.append(node.name) %}{% endfor %}
    {% for name in scope.given if name not in names %}
        {% do errors.append('keys names ' ~ name ~ ', expected some of ' ~ names | join(', ')) %}
    {% endfor %}
    {% for node in scope.nodes %}
        {% set facts = scope.facts[node.unique_id] %}
        {% set build = 'way out: dbt build --select ' ~ sluice.selector_of(node) %}
        {% if node.database != scope.seed.database %}
            {% do errors.append(node.name ~ ' is in the database ' ~ node.database ~ ', expected that of '
                ~ scope.seed.name ~ ' (' ~ scope.seed.database ~ '); way out: move one of the two, or drop '
                ~ sluice.relation_of(node) ~ ' and build it anew afterwards') %}
        {% elif facts.recorded.made_by %}
            {% do errors.append(node.name ~ ' was made by something else meanwhile (' ~ facts.recorded.made_by
                ~ '); way out: ' ~ sluice.rebuild_command(node)) %}
        {% elif not (facts['keys'] or facts.kind == 'stream' and 'reads' in facts.recorded) %}
            {% do errors.append(node.name ~ ' was not brought to its end by a run of this version of sluice, so it '
                ~ 'does not say what its rows were made from; ' ~ build) %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('sluice.forget error', errors, scope.seed) %}
{% endmacro %}
