{% macro stage_snapshot(plan, rows, target_relation) %}
    {# The rows that change, named as dbt's merge step wants them. #}
    {% set row_columns = adapter.get_columns_in_relation(rows) %}
    {% set taken = sluice.sync_columns(target_relation, row_columns) %}
    {% set names = taken | map(attribute='name') | list %}
    {% set changes = sluice.create_temp('changes',
        'select ' ~ sluice.quoted(names) | join(', ') ~ ', _sluice_change as dbt_change_type from (\n'
        ~ sluice.changed_rows(plan.options, target_relation, names, rows, plan.batch, plan.everything)
        ~ '\n) as changed' ~ ('' if plan.changed else ' where false')
    ) %}
    {% do sluice.count_changes(plan, changes, 'dbt_change_type') %}
    {% do return(changes) %}
{% endmacro %}
