{% macro apply_events(options, batch_columns, batch, afresh) %}
    {# Adds the batch to the kept events and works out what follows for the target. Only the state is written here.
       Returns {'options', 'rows' (a query), 'changed', 'everything', 'batch', 'temps', 'metrics'}. #}
    {% set id = sluice.dataset_id(this) %}
    {% set events = sluice.events_relation() %}
    {% set recorded = sluice.target_options(id) %}
    {% set record = sluice.recorded_options(options) %}
    {% set counts = sluice.check_events(options, batch_columns, batch) %}
    {% set staged = adapter.get_columns_in_relation(batch) %}
    {% set keeps = sluice.keeps_events(options, events, batch, recorded, afresh) %}
    {% if not afresh %}
        {% do sluice.check_drift(options, recorded, adapter.get_columns_in_relation(events), staged) %}
    {% endif %}
    {% do sluice.prepare_events(events, staged, keeps) %}
    {% do options.update(sluice.value_options(options, sluice.kept_columns(events), [])) %}

    {% set recalculate = afresh or recorded.rows != record.rows %}
    {% set everything = recalculate or counts.num_truncates > 0 %}
    {% set known = sluice.create_temp('known', sluice.known_events(options, events, batch, everything)) if keeps else none %}
    {% set fresh = sluice.create_temp(
        'fresh', sluice.fresh_events(adapter.get_columns_in_relation(events), staged, batch, known)) %}
    {% set found = sluice.count_events(options, fresh, known) %}
    {% if found.fresh %}
        {% do run_query('insert into ' ~ events ~ ' select * from ' ~ fresh) %}
    {% endif %}
    {% if found.conflicts %}{% do sluice.warn_conflicts(found.conflicts) %}{% endif %}
    {% if recorded != record %}{% do sluice.record_target_options(id, record) %}{% endif %}

    {% do return({
        'options': options,
        'rows': sluice.target_rows(options, events, sluice.deciding_events(options, fresh, known, found.ties > 0)),
        'changed': recalculate or found.fresh > 0,
        'everything': everything,
        'batch': batch,
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
