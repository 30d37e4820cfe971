{% macro record_target_options(dataset_id, options, database=none) %}
    {% set targets = sluice.state_relation('targets', database or this.database) %}
    {% do run_query(
        'insert into ' ~ targets ~ ' (dataset, version, options, update_id, committed_at)\nselect ' ~ [
            sluice.literal(dataset_id),
            'coalesce(max(version), 0) + 1',
            sluice.literal(tojson(options)),
            sluice.literal(invocation_id),
            'cast(' ~ sluice.literal(sluice.utc_now()) ~ ' as ' ~ dbt.type_timestamp() ~ ')',
        ] | join(', ') ~ '\nfrom ' ~ targets ~ ' where dataset = ' ~ sluice.literal(dataset_id)
    ) %}
{% endmacro %}
