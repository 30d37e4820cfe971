{% macro rebuild(dataset, start_over=false) %}
    {# Run by `dbt run-operation sluice.rebuild --args '{dataset: customers_history}'`. Replays the kept events of a
       snapshot or apply_changes model into its table, under the options as they are now. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set node = sluice.apply_changes_node(dataset) %}
    {% set target_relation = sluice.relation_of(node) %}
    {% set events = sluice.events_relation(target_relation) %}
    {% do sluice.begin_transaction() %}
    {% if start_over %}
        {% do run_query('drop table if exists ' ~ target_relation ~ '; drop table if exists ' ~ events) %}
        {% do adapter.commit() %}
        {% do log('sluice: ' ~ target_relation ~ ' and its kept events were dropped; the next run reads its source anew: '
            ~ 'dbt build --select ' ~ node.name, info=true) %}
        {% do return(none) %}
    {% endif %}

    {% set recorded = sluice.target_options(sluice.dataset_id(target_relation), node.database) %}
    {% if recorded is none %}
        {% do sluice.raise_errors('sluice.rebuild error', [
            'no events are kept for ' ~ target_relation ~ ', expected a dataset that has run before',
            'way out: dbt build --select ' ~ node.name,
        ], node) %}
    {% endif %}
    {% set options = sluice.apply_changes_options(node, sluice.replayed_columns(node, events)) %}
    {% set record = sluice.recorded_options(options) %}
    {% if record.events != recorded.events or record.rows.scd_type != recorded.rows.scd_type %}
        {% do sluice.raise_errors('sluice.rebuild error', [
            'the kept events were made by ' ~ tojson(recorded.events) ~ ', and the options are now ' ~ tojson(record.events),
            'way out: change them back, or drop the kept events and read the source anew (it must still hold the feed): '
            ~ sluice.start_over(node),
        ], node) %}
    {% endif %}
    {% do sluice.replay_events(options, events, target_relation, recorded, record) %}
    {% do adapter.commit() %}
    {% do log('sluice: ' ~ target_relation ~ ' was replayed from its kept events', info=true) %}
{% endmacro %}
