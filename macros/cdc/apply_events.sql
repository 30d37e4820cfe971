{% macro apply_events(options, batch_columns, batch, target, afresh) %}
    {# Adds the batch to the kept events and works out what becomes of the target. Nothing but the events is
       written here. Returns {'rows': <sql or relation>, 'columns', 'everything', 'metrics', 'temps', ...}. #}
    {% set id = sluice.dataset_id(this) %}
    {% set events = sluice.events_relation() %}
    {% set recorded = sluice.target_options(id) %}
    {% set record = sluice.recorded_options(options) %}
    {% set counts = sluice.check_events(options, batch_columns, batch) %}
    {% set staged = adapter.get_columns_in_relation(batch) %}

    {% if sluice.keeps_events(afresh, recorded, record, target) %}
        {% do sluice.check_drift(options, recorded, events, batch) %}
        {% do sluice.sync_columns(events, staged) %}
        {% set known_any = true %}
    {% else %}
        {% do run_query('drop table if exists ' ~ events) %}
        {% do run_query('create table ' ~ events ~ ' as select * from ' ~ batch ~ ' where false') %}
        {% set known_any = false %}
    {% endif %}
    {% set options = sluice.kept_options(options, events) %}
    {% set recalculate = afresh or (recorded and sluice.shapes_rows(recorded) != sluice.shapes_rows(record)) %}
    {% set everything = recalculate or counts.num_truncates > 0 %}

    {% set kept_columns = adapter.get_columns_in_relation(events) %}
    {% set known = sluice.create_temp('known', sluice.known_events(options, events, batch, everything)) if known_any else none %}
    {% set fresh = sluice.create_temp('fresh', sluice.fresh_events(kept_columns, staged, batch, known)) %}
    {% set found = sluice.count_events(options, fresh, known) %}
    {% if found.fresh %}
        {% do run_query('insert into ' ~ events ~ ' select * from ' ~ fresh) %}
    {% endif %}
    {% if found.conflicts %}
        {% do sluice.warn_conflicts(found.conflicts) %}
    {% endif %}
    {% do sluice.record_target_options(id, record) %}

    {% set deciding = sluice.deciding_events(options, fresh, known, found.ties > 0) %}
    {% do return({
        'options': options,
        'rows': sluice.target_rows(options, events, deciding),
        'changed': recalculate or found.fresh > 0,
        'everything': everything,
        'temps': [batch, fresh] + ([known] if known else []),
        'metrics': {
            'num_input_rows': counts.num_rows,
            'num_upserted_rows': 0,
            'num_deleted_rows': 0,
            'num_late_rows': found.late,
            'num_duplicate_rows': counts.num_rows - found.fresh,
            'num_conflicts': found.conflicts,
        },
    }) %}
{% endmacro %}
