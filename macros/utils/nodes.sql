{% macro starts_over() %}
    {# dbt never full-refreshes a snapshot; sluice.rebuild does. #}
    {% if load_cached_relation(this) is none %}{% do return(true) %}{% endif %}
    {% do return(model.resource_type == 'model' and should_full_refresh()) %}
{% endmacro %}


{% macro start_over(node) %}
    {# The command that makes a node anew, for error messages: dbt never full-refreshes a snapshot. #}
    {% if node.resource_type == 'snapshot' %}
        {% do return("dbt run-operation sluice.rebuild --args '{dataset: " ~ node.name ~ ", start_over: true}', then dbt snapshot --select " ~ node.name) %}
    {% endif %}
    {% do return('dbt run --full-refresh --select ' ~ sluice.dataset_name(node)) %}
{% endmacro %}


{% macro relation_of(node) %}
    {% do return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias or node.name, type='table')) %}
{% endmacro %}


{% macro node_of(relation) %}
    {# The model, snapshot or seed that a relation is of; `--empty` and `--defer` change how it is written. #}
    {% if relation is string or relation.identifier is not defined %}{% do return(none) %}{% endif %}
    {% for node in graph.nodes.values() if node.resource_type in ('model', 'snapshot', 'seed') %}
        {% set name = relation.include() | string %}
        {% if node.relation_name == name or (node.defer_relation or {}).get('relation_name') == name
            or (node.schema == relation.schema and (node.alias or node.name) == relation.identifier) %}
            {% do return(node) %}
        {% endif %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro node_at(relation) %}
    {# Ephemeral models have a name in the graph, but nothing in the database. #}
    {% for node in graph.nodes.values()
        if node.resource_type in ('model', 'seed', 'snapshot') and node.config.materialized != 'ephemeral' %}
        {% set place = [node.database, node.schema, node.alias or node.name] %}
        {% if place | join('.') | lower == [relation.database, relation.schema, relation.identifier] | join('.') | lower %}
            {% do return(node) %}
        {% endif %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro named_node(dataset, nodes, kind) %}
    {# As dbt's selectors name versions: ver.v1, or ver for the latest. The alias of a version is ver_v1. #}
    {% set ids, names, aliases, known = [], [], [], [] %}
    {% for node in nodes %}
        {% set full_name = sluice.dataset_name(node) %}
        {% do known.append(full_name) %}
        {% if dataset == node.unique_id %}{% do ids.append(node) %}
        {% elif dataset == full_name or (dataset == node.name and node.get('version') == node.get('latest_version')) %}{% do names.append(node) %}
        {% elif dataset == node.alias %}{% do aliases.append(node) %}
        {% endif %}
    {% endfor %}
    {% set found = ids or names or aliases %}
    {% if not found %}
        {% do return({'node': none, 'error': 'dataset must name ' ~ kind ~ ' (known: '
            ~ (known | sort | join(', ') or 'none') ~ '), found: ' ~ tojson(dataset)}) %}
    {% elif found | length > 1 %}
        {% do return({'node': none, 'error': 'dataset must name one node, found ' ~ found | length ~ ' that are called '
            ~ dataset ~ '; way out: name it by its id: ' ~ found | map(attribute='unique_id') | sort | join(', ')}) %}
    {% endif %}
    {% do return({'node': found[0], 'error': none}) %}
{% endmacro %}


{% macro dataset_name(node) %}
    {# As dbt's selectors and named_node() take it: the bare name of a versioned model is another node, the latest. #}
    {% set version = node.get('version') %}
    {% do return(node.name if version is none else node.name ~ '.v' ~ version) %}
{% endmacro %}


{% macro streaming_table_node(dataset, operation) %}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if node.config.materialized == 'streaming_table' %}
        {% do nodes.append(node) %}
    {% endfor %}
    {% set named = sluice.named_node(dataset, nodes, 'a streaming_table') %}
    {% if named.error %}{% do exceptions.raise_compiler_error('sluice.' ~ operation ~ ': ' ~ named.error) %}{% endif %}
    {% do return(named.node) %}
{% endmacro %}


{% macro is_apply_changes_snapshot() %}
    {% do return(config.get('strategy') in ('apply_changes', 'sluice.apply_changes')) %}
{% endmacro %}
