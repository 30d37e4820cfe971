{% macro write_changes(plan, target, existing, afresh) %}
    {# Creates the target or brings it up to date; returns the statement that writes its rows. #}
    {% set names = plan.options.columns + ([plan.options.start_at, plan.options.end_at] if plan.options.scd_type == 2 else []) %}
    {% if afresh %}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% do sluice.create_table(target, plan.rows) %}
        {% set list = sluice.quoted(names) | join(', ') %}
        {% do return('insert into ' ~ target ~ ' (' ~ list ~ ')\nselect ' ~ list ~ ' from (\n' ~ plan.rows ~ '\n) as new_rows') %}
    {% endif %}
    {% if not plan.changed %}
        {% do return('select 1 as nothing_new') %}
    {% endif %}
    {% set rows = sluice.create_temp('rows', plan.rows) %}
    {% set taken = sluice.sync_columns(target, adapter.get_columns_in_relation(rows), sluice.on_schema_change()) %}
    {% set columns = taken | map(attribute='name') | list %}
    {% set changes = sluice.create_temp(
        'changes', sluice.changed_rows(plan.options, target, columns, rows, plan.temps[0], plan.everything)) %}
    {% do plan.temps.extend([rows, changes]) %}
    {% do sluice.count_changes(plan, changes) %}
    {% do return(sluice.merge_changes(sluice.row_identity(plan.options), target, sluice.quoted(columns), changes)) %}
{% endmacro %}
