{% macro record_target_options(dataset_id, options, database=none) %}
    {% do run_query(
        'insert into ' ~ sluice.state_relation('targets', database or this.database)
        ~ ' (dataset, options, update_id, committed_at) values (' ~ [
            sluice.literal(dataset_id),
            sluice.literal(tojson(options)),
            sluice.literal(invocation_id),
            'cast(' ~ sluice.literal(sluice.utc_now()) ~ ' as ' ~ dbt.type_timestamp() ~ ')',
        ] | join(', ') ~ ')'
    ) %}
{% endmacro %}
