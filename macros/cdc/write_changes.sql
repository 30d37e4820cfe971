{% macro write_changes(plan, target, existing, afresh) %}
    {# Creates the target or brings its columns up to date; returns the statement that writes its rows. #}
    {% set options = plan.options %}
    {% set interval = [options.start_at, options.end_at] if options.scd_type == 2 else [] %}
    {% if afresh %}
        {% set columns = sluice.contracted_columns(sluice.query_columns(plan.rows)) %}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% do sluice.create_table(target, columns, contracted=true) %}
        {% do return(sluice.insert_sql(target, columns | map(attribute='name') | list, plan.rows)) %}
    {% endif %}
    {% do sluice.check_vanished_columns(options, target, interval) %}
    {% if not plan.changed %}
        {% do return('select 1 as nothing_new') %}
    {% endif %}
    {% set rows = sluice.create_temp('rows', plan.rows) %}
    {% set present = sluice.columns_of(target) %}
    {% set new = sluice.contracted_columns(sluice.columns_of(rows), present) %}
    {% set taken = sluice.sync_columns(target, new, options.on_schema_change, present).taken %}
    {% set columns = taken | map(attribute='name') | list %}
    {% set changes = sluice.create_temp(
        'changes', sluice.changed_rows(options, target, columns, rows, plan.batch, plan.everything)) %}
    {% do plan.temps.extend([rows, changes]) %}
    {% do sluice.count_changes(plan, changes) %}
    {% do return(sluice.merge_changes(sluice.row_identity(options), target, sluice.quoted(columns), changes)) %}
{% endmacro %}
