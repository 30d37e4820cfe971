{% macro stage_snapshot(plan, target_relation, target_exists) %}
    {# The rows that dbt is to write: all of a new table, else those that change, marked as its merge step wants. #}
    {% if not plan.changed %}
        {% do return(sluice.create_temp('changes',
            "select *, 'upsert' as dbt_change_type from " ~ target_relation ~ ' where false')) %}
    {% endif %}
    {% set rows = sluice.create_temp('rows', plan.rows) %}
    {% if not target_exists %}
        {% do sluice.count_rows(plan, rows) %}
        {% do return(rows) %}
    {% endif %}
    {% set taken = sluice.sync_columns(target_relation, sluice.columns_of(rows)).taken %}
    {% set names = taken | map(attribute='name') | list %}
    {% set changes = sluice.create_temp('changes',
        'select ' ~ sluice.quoted(names) | join(', ') ~ ', _sluice_change as dbt_change_type from (\n'
        ~ sluice.changed_rows(plan.options, target_relation, names, rows, plan.batch, plan.everything)
        ~ '\n) as changed'
    ) %}
    {% do sluice.count_changes(plan, changes, 'dbt_change_type') %}
    {% do plan.temps.append(rows) %}
    {% do return(changes) %}
{% endmacro %}
