{% macro apply_changes_options(node, columns, replayed=false) %}
    {# The options of a model or snapshot, checked against the columns of its query; every error at once.
       All that the builders of SQL need to know is in the result: they look at nothing else. #}
    {% set snapshot = node.resource_type == 'snapshot' %}
    {% set given = node.config.get('meta') or {} %}
    {% set names = columns | map(attribute='name') | list %}
    {% set errors = sluice.reserved_column_errors(columns) %}
    {% do sluice.check_place_of_options(node, given, errors) %}

    {% set keys = sluice.column_list_option('unique_key' if snapshot else 'keys',
        node.config.get('unique_key') if snapshot else given.get('keys'), names, errors) %}
    {% set output = sluice.chosen_columns(given, 'column_list', 'except_column_list', names, names, errors) %}
    {% for key in keys if key not in output %}
        {% do errors.append("key '" ~ key ~ "' is dropped by column_list or except_column_list; the target needs every key") %}
    {% endfor %}
    {% set options = {
        'node': node.unique_id, 'name': node.name, 'given': given, 'query': names, 'keys': keys, 'output': output,
        'sequence': sluice.sequence_option(given, names, errors),
        'deletes': sluice.condition_option(given, 'apply_as_deletes', errors),
        'truncates': sluice.condition_option(given, 'apply_as_truncates', errors),
        'on_schema_change': sluice.on_schema_change(node, errors),
    } %}
    {% do options.update(sluice.history_options(node, given, output, errors)) %}
    {# Checked here against this batch; apply_events takes in what older batches had beside it. #}
    {% do options.update(sluice.value_options(options, output, errors)) %}
    {# A rebuild reads the kept events, where expressions were worked out; their columns may be gone. #}
    {% if not replayed %}{% do sluice.check_expressions(options, columns, errors) %}{% endif %}
    {% do sluice.raise_errors('apply_changes configuration errors', errors, node) %}
    {% do return(options) %}
{% endmacro %}
