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
