{% macro rebuild(dataset) %}
    {# Run by `dbt run-operation sluice.rebuild --args '{dataset: customers_history}'`. Replays the kept events of a
       snapshot or apply_changes model into its table, under the options as they are now. Where the kept events
       cannot be read that way (other keys, sequence, conditions, columns), table and state are dropped, and the
       next run starts over from its source. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set node = sluice.apply_changes_node(dataset) %}
    {% set target_relation = api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias or node.name, type='table') %}
    {% set events = sluice.events_relation(target_relation) %}
    {% set recorded = sluice.target_options(sluice.dataset_id(target_relation), node.database) %}
    {% if recorded is none %}
        {% do exceptions.raise_compiler_error('sluice.rebuild: no events are kept for ' ~ target_relation
            ~ '; expected a dataset that has run before. Way out: dbt build --select ' ~ node.name) %}
    {% endif %}

    {% do sluice.begin_transaction() %}
    {% set options = sluice.apply_changes_options(node, sluice.replayed_columns(node, events)) %}
    {% set record = sluice.recorded_options(options) %}
    {% if record.events == recorded.events and record.rows.scd_type == recorded.rows.scd_type %}
        {% do sluice.replay_events(options, events, target_relation, record) %}
        {% do log('sluice: ' ~ target_relation ~ ' was replayed from its kept events', info=true) %}
    {% else %}
        {% do run_query('drop table if exists ' ~ target_relation ~ '; drop table if exists ' ~ events) %}
        {% do log('sluice: ' ~ target_relation ~ ' and its events were dropped, for they cannot follow the new options; '
            ~ 'the next run replays its source: dbt build --select ' ~ node.name, info=true) %}
    {% endif %}
    {% do adapter.commit() %}
{% endmacro %}
