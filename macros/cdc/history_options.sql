{% macro history_options(node, given, output, errors) %}
    {# scd_type, start_at and end_at, and what a snapshot has beside them (snapshot, hard_deletes, open_end). #}
    {% set options = {'scd_type': 2, 'snapshot': none, 'hard_deletes': 'invalidate', 'open_end': none} %}
    {% if node.resource_type == 'snapshot' %}
        {% set names = sluice.snapshot_column_names(node) %}
        {% do options.update({
            'snapshot': names,
            'start_at': names.dbt_valid_from,
            'end_at': names.dbt_valid_to,
            'hard_deletes': node.config.get('hard_deletes') or 'invalidate',
            'open_end': node.config.get('dbt_valid_to_current'),
        }) %}
        {% if options.hard_deletes not in ('invalidate', 'new_record') %}
            {% do errors.append('hard_deletes must be invalidate or new_record: a delete event always closes its version, found: '
                ~ options.hard_deletes) %}
        {% endif %}
    {% else %}
        {% set scd_type = 1 if given.get('stored_as_scd_type') is none else given.stored_as_scd_type %}
        {% if scd_type | string not in ('1', '2') %}
            {% do errors.append('stored_as_scd_type must be 1 or 2, found: ' ~ tojson(scd_type)) %}
        {% endif %}
        {% do options.update({
            'scd_type': 1 if scd_type | string == '1' else 2,
            'start_at': 'valid_from' if given.get('start_at') is none else given.start_at,
            'end_at': 'valid_to' if given.get('end_at') is none else given.end_at,
        }) %}
    {% endif %}
    {% do sluice.check_history_options(given, output, options, errors) %}
    {% do return(options) %}
{% endmacro %}
