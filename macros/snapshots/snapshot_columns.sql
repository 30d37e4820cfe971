{% macro snapshot_columns(options) %}
    {# What dbt snapshots have beside the interval: an id of the version, its last event, the delete mark. #}
    {% set names = options.snapshot %}
    {% set columns = [
        snapshot_hash_arguments(sluice.quoted(options['keys']) + ['_sluice_start_at']) ~ ' as ' ~ sluice.quote(names.dbt_scd_id),
        '_sluice_updated_at as ' ~ sluice.quote(names.dbt_updated_at),
    ] %}
    {% if options.hard_deletes == 'new_record' %}
        {% do columns.append(
            "case when _sluice_operation = 'DELETE' then 'True' else 'False' end as " ~ sluice.quote(names.dbt_is_deleted)
        ) %}
    {% endif %}
    {% do return(columns) %}
{% endmacro %}
