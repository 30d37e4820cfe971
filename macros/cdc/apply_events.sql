{% macro apply_events(options, batch, recorded, afresh) %}
    {# Adds the batch to the kept events and works out what follows for the target. Only the state is written here.
       Returns {'options', 'rows' (a query), 'changed', 'everything', 'batch', 'temps', 'metrics'}. #}
    {% set events = sluice.events_relation() %}
    {% set record = sluice.recorded_options(options) %}
    {% set counts = sluice.check_events(options, batch) %}
    {% set recalculate = afresh or recorded.rows != record.rows %}
    {% set metrics = {
        'num_input_rows': counts.num_rows, 'num_upserted_rows': 0, 'num_deleted_rows': 0,
        'num_late_rows': 0, 'num_duplicate_rows': 0, 'num_conflicts': 0,
    } %}
    {% set plan = {'options': options, 'batch': batch, 'temps': [batch], 'metrics': metrics, 'changed': false} %}
    {% if not counts.num_rows and not recalculate and recorded == record
        and not sluice.new_columns(options.output, events) %}
        {% do return(plan) %}
    {% endif %}

    {% set staged = sluice.columns_of(batch) %}
    {% set kept = sluice.kept_columns(options, events, staged, recorded, record, afresh) %}
    {% do options.update(sluice.value_options(options, sluice.user_columns(kept.columns), [])) %}
    {% set everything = recalculate or counts.num_truncates > 0 %}
    {% if kept.new %}
        {# The first events are all the events there are. #}
        {% set known, fresh = none, events %}
        {% do sluice.insert_rows(events, kept.columns, sluice.fresh_events(kept.columns, staged, batch, none)) %}
    {% else %}
        {% set known = sluice.create_temp('known', sluice.known_events(options, events, batch, everything)) %}
        {% set fresh = sluice.create_temp('fresh', sluice.fresh_events(kept.columns, staged, batch, known)) %}
        {% do plan.temps.extend([known, fresh]) %}
    {% endif %}
    {% set found = sluice.count_events(options, fresh, known) %}
    {% if found.fresh and not kept.new %}
        {% do sluice.insert_rows(events, kept.columns, 'select * from ' ~ fresh) %}
    {% endif %}
    {% if found.conflicts %}{% do sluice.warn_conflicts(found.conflicts) %}{% endif %}
    {% if recorded != record %}{% do sluice.record_target_options(sluice.dataset_id(this), record) %}{% endif %}

    {% do metrics.update({
        'num_late_rows': found.late,
        'num_duplicate_rows': counts.num_rows - found.fresh,
        'num_conflicts': found.conflicts,
    }) %}
    {% do plan.update({
        'rows': sluice.target_rows(options, events, sluice.deciding_events(options, fresh, known, found.ties > 0)),
        'changed': recalculate or found.fresh > 0 or kept.altered,
        'everything': everything,
    }) %}
    {% do return(plan) %}
{% endmacro %}
