{% macro interval_columns(given, scd_type, output, errors) %}
    {# Names of the SCD2 interval columns: of the snapshot's own setting, or start_at and end_at. #}
    {% set snapshot = model.resource_type == 'snapshot' %}
    {% if snapshot %}
        {% set names = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() %}
        {% for option in ('start_at', 'end_at', 'stored_as_scd_type', 'keys') if option in given %}
            {% do errors.append(
                option ~ ' is not for snapshots, which use '
                ~ {'keys': 'unique_key', 'stored_as_scd_type': 'always type 2'}.get(option, 'snapshot_meta_column_names')
            ) %}
        {% endfor %}
        {% set interval = {'start_at': names.dbt_valid_from, 'end_at': names.dbt_valid_to} %}
    {% else %}
        {% set interval = {'start_at': given.get('start_at', 'valid_from'), 'end_at': given.get('end_at', 'valid_to')} %}
        {% if scd_type == 1 and ('start_at' in given or 'end_at' in given) %}
            {% do errors.append('start_at and end_at need stored_as_scd_type: 2') %}
        {% endif %}
    {% endif %}
    {% if scd_type == 2 %}
        {% for option, name in interval.items() %}
            {% if name is not string or not name %}
                {% do errors.append(option ~ ' must be a column name, found: ' ~ name) %}
            {% elif sluice.same_name(output, name) is not none %}
                {% do errors.append(
                    "the query has a column '" ~ name ~ "', the name of an interval column; drop it by except_column_list or rename "
                    ~ ('it by snapshot_meta_column_names' if snapshot else 'the interval by ' ~ option)
                ) %}
            {% endif %}
        {% endfor %}
        {% if interval.start_at | lower == interval.end_at | lower %}
            {% do errors.append('start_at and end_at must differ, found twice: ' ~ interval.start_at) %}
        {% endif %}
    {% endif %}
    {% do return(interval) %}
{% endmacro %}
