{% macro replay_events(options, events, target_relation, record) %}
    {# The whole target anew, from the whole set of its events. #}
    {% set ties = sluice.count_events(options, events, none).ties > 0 %}
    {% set rows = sluice.target_rows(options, events, sluice.deciding_events(options, events, none, ties)) %}
    {% set taken = sluice.sync_columns(target_relation, sluice.query_columns(rows)).taken %}
    {% do run_query('delete from ' ~ target_relation) %}
    {% do sluice.insert_rows(target_relation, taken, rows) %}
    {% do sluice.record_target_options(sluice.dataset_id(target_relation), record, target_relation.database) %}
{% endmacro %}
