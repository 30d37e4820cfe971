{% macro target_options(dataset_id, database=none) %}
    {# The options that a dataset's state was last made with, or none. #}
    {% set targets = sluice.state_relation('targets', database or this.database) %}
    {% if adapter.get_relation(targets.database, targets.schema, targets.identifier) is none %}
        {% do return(none) %}
    {% endif %}
    {% set found = sluice.rows(
        'select options from ' ~ targets ~ ' where dataset = ' ~ sluice.literal(dataset_id)
        ~ ' order by version desc limit 1'
    ) %}
    {% do return(fromjson(found[0].options) if found else none) %}
{% endmacro %}


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
