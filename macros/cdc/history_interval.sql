{% macro history_interval(relation, start_at, end_at, errors) %}
    {# How a history says when its rows held: {'start_at', 'end_at', 'open_end', 'deleted', 'node'}. Names that the
       caller gives win; a unit test's fixture is no node, so it has the default names without them. #}
    {% set interval = {'start_at': start_at or 'valid_from', 'end_at': end_at or 'valid_to', 'open_end': none, 'deleted': none, 'node': none} %}
    {% if (start_at or end_at) and not (start_at is string and end_at is string) %}
        {% do errors.append('start_at and end_at must both be column names, or be left out, found: ' ~ start_at ~ ', ' ~ end_at) %}
        {% do return(interval) %}
    {% elif model is defined and model.resource_type == 'unit_test' %}
        {% do return(interval) %}
    {% endif %}
    {% set node = sluice.node_of(relation) %}
    {% set config = (node or {}).get('config', {}) %}
    {% set meta = config.get('meta') or {} %}
    {% set expected = 'relation must be a history: ref() of a snapshot, or of an apply_changes model with stored_as_scd_type: 2; found: ' %}
    {% if node and node.resource_type == 'snapshot' %}
        {% set names = sluice.snapshot_column_names(node) %}
        {% do interval.update({
            'start_at': start_at or names.dbt_valid_from,
            'end_at': end_at or names.dbt_valid_to,
            'open_end': config.get('dbt_valid_to_current'),
            'deleted': names.dbt_is_deleted if config.get('hard_deletes') == 'new_record' else none,
            'node': node,
        }) %}
    {% elif start_at %}
        {% do return(interval) %}
    {% elif node is none %}
        {% do errors.append(expected ~ relation ~ ', which is no model or snapshot of this project'
            ~ ' (way out: name the columns of its interval, start_at= and end_at=)') %}
    {% elif config.materialized != 'apply_changes' %}
        {% do errors.append(expected ~ node.name ~ ', materialized as ' ~ config.materialized
            ~ ' (way out: where it has an interval all the same, name its columns, start_at= and end_at=)') %}
    {% elif meta.get('stored_as_scd_type') | string != '2' %}
        {% do errors.append(expected ~ node.name ~ ', an apply_changes model with stored_as_scd_type '
            ~ meta.get('stored_as_scd_type', 1) ~ ', which keeps the current rows only (way out: a plain ref(), or stored_as_scd_type: 2)') %}
    {% else %}
        {% do interval.update({
            'start_at': meta.get('start_at') or 'valid_from', 'end_at': meta.get('end_at') or 'valid_to', 'node': node,
        }) %}
    {% endif %}
    {% do return(interval) %}
{% endmacro %}
