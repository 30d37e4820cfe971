{% macro rebuild(dataset=none, start_over=false) %}
    {# Run by `dbt run-operation sluice.rebuild --args '{dataset: customers_history}'`. Replays the kept events of a
       snapshot or apply_changes model into its table, under the options as they are now. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set node = sluice.apply_changes_node(dataset, start_over) %}
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

    {% set recorded = sluice.check_kept_events(node, target_relation, events) %}
    {% set options = sluice.apply_changes_options(node, sluice.replayed_columns(node, events), replayed=true) %}
    {% set record = sluice.recorded_options(options) %}
    {% set errors = sluice.changed_options(recorded, record, recorded.events | list + ['scd_type'], options.snapshot is not none) %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; change it back, or drop them and read the source anew '
            ~ '(it must still hold the feed): ' ~ sluice.start_over(node)) %}
        {% do sluice.raise_errors('sluice.rebuild error', errors, node) %}
    {% endif %}
    {% do sluice.replay_events(options, events, target_relation, recorded, record) %}
    {% do adapter.commit() %}
    {% do log('sluice: ' ~ target_relation ~ ' was replayed from its kept events', info=true) %}
{% endmacro %}
