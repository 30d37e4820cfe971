{% macro count_changes(plan, changes, change='_sluice_change') %}
    {% set found = sluice.rows(
        "select count(*) filter (where " ~ change ~ " = 'upsert') as upserted, count(*) filter (where " ~ change ~ " = 'delete') as deleted from "
        ~ changes
    )[0] %}
    {% do plan.metrics.update({'num_upserted_rows': found.upserted, 'num_deleted_rows': found.deleted}) %}
{% endmacro %}
