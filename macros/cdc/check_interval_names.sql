{% macro check_interval_names(output, options, errors) %}
    {# The names of the columns that a history adds: names, one each, and none that another column has. #}
    {% set added = {} %}
    {% for name in ('dbt_valid_from', 'dbt_valid_to', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted') if options.snapshot
        and (name != 'dbt_is_deleted' or options.hard_deletes == 'new_record') %}
        {% do added.update({'snapshot_meta_column_names ' ~ name: options.snapshot[name]}) %}
    {% else %}
        {% do added.update({'start_at': options.start_at, 'end_at': options.end_at}) %}
    {% endfor %}
    {% set seen = {} %}
    {% for option, name in added.items() %}
        {% if name is not string or not name | trim %}
            {% do errors.append(option ~ ' must be a column name, found: ' ~ tojson(name)) %}
        {% elif sluice.is_reserved(name) %}
            {% do errors.append(option ~ " must be a name without the reserved prefix _sluice_, found: '" ~ name ~ "'") %}
        {% elif name | lower in seen %}
            {% do errors.append(seen[name | lower] ~ ' and ' ~ option ~ " must differ, found twice: '" ~ name ~ "'") %}
        {% elif sluice.same_name(output, name) is not none %}
            {% do errors.append("the query has a column '" ~ name ~ "', and so is called the column of " ~ option
                ~ '; drop the one by except_column_list, or name the other by ' ~ option.split(' ')[0]) %}
        {% endif %}
        {% do seen.update({name | string | lower: option}) %}
    {% endfor %}
{% endmacro %}
