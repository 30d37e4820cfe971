{% macro write_changes(plan, target, existing, afresh) %}
    {# Creates the target or brings its columns up to date; returns the statement that writes its rows. #}
    {% set options = plan.options %}
    {% set interval = [options.start_at, options.end_at] if options.scd_type == 2 else [] %}
    {% if afresh %}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% do sluice.create_table(target, sluice.query_columns(plan.rows), plan.rows) %}
        {% do return(sluice.insert_sql(target, options.columns + interval, plan.rows)) %}
    {% endif %}
    {% do sluice.check_vanished_columns(options, target, interval) %}
    {% if not plan.changed %}
        {% do return('select 1 as nothing_new') %}
    {% endif %}
    {% set rows = sluice.create_temp('rows', plan.rows) %}
    {% set taken = sluice.sync_columns(target, sluice.columns_of(rows), options.on_schema_change).taken %}
    {% set columns = taken | map(attribute='name') | list %}
    {% set changes = sluice.create_temp(
        'changes', sluice.changed_rows(options, target, columns, rows, plan.batch, plan.everything)) %}
    {% do plan.temps.extend([rows, changes]) %}
    {% do sluice.count_changes(plan, changes) %}
    {% do return(sluice.merge_changes(sluice.row_identity(options), target, sluice.quoted(columns), changes)) %}
{% endmacro %}
