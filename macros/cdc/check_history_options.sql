{% macro check_history_options(given, output, options, errors) %}
    {% set history = ('start_at', 'end_at', 'track_history_column_list', 'track_history_except_column_list') %}
    {% set instead = {
        'keys': 'unique_key', 'stored_as_scd_type': 'type 2 always',
        'start_at': 'snapshot_meta_column_names: {dbt_valid_from: ...}', 'end_at': 'snapshot_meta_column_names: {dbt_valid_to: ...}',
    } if options.snapshot else {} %}
    {% for name in given if given[name] is not none %}
        {% if name in instead %}
            {% do errors.append(name ~ ' is not for snapshots; they have ' ~ instead[name] ~ ', found: ' ~ tojson(given[name])) %}
        {% elif name in history and options.scd_type == 1 %}
            {% do errors.append(name ~ ' needs stored_as_scd_type: 2; with type 1 there is no history, found: ' ~ tojson(given[name])) %}
        {% endif %}
    {% endfor %}
    {% if options.scd_type == 2 %}{% do sluice.check_interval_names(output, options, errors) %}{% endif %}
{% endmacro %}
