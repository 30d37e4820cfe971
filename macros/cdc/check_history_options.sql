{% macro check_history_options(given, output, options, errors) %}
    {% set snapshot = options.snapshot is not none %}
    {% if snapshot %}
        {% set instead = {
            'keys': 'unique_key', 'stored_as_scd_type': 'always type 2',
            'start_at': 'snapshot_meta_column_names', 'end_at': 'snapshot_meta_column_names',
        } %}
        {% for name in given if name in instead %}
            {% do errors.append(name ~ ' is not for snapshots; they have ' ~ instead[name]) %}
        {% endfor %}
    {% elif options.scd_type == 1 %}
        {% for name in given if name in ('start_at', 'end_at', 'track_history_column_list', 'track_history_except_column_list') %}
            {% do errors.append(name ~ ' needs stored_as_scd_type: 2') %}
        {% endfor %}
        {% do return(none) %}
    {% endif %}
    {% for option in ('start_at', 'end_at') %}
        {% set name = options[option] %}
        {% if name is not string or not name %}
            {% do errors.append(option ~ ' must be a column name, found: ' ~ name) %}
        {% elif sluice.same_name(output, name) is not none %}
            {% do errors.append(
                "the query has a column '" ~ name ~ "', which is the name of an interval column; drop it by except_column_list, or name the interval by "
                ~ ('snapshot_meta_column_names' if snapshot else option)
            ) %}
        {% endif %}
    {% endfor %}
    {% if options.start_at | string | lower == options.end_at | string | lower %}
        {% do errors.append('start_at and end_at must differ, found twice: ' ~ options.start_at) %}
    {% endif %}
{% endmacro %}
