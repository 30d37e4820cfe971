{% macro insert_failed_files(ledger, id, plan) %}
    insert into {{ ledger }} (dataset, path, status, error, source, relation, update_id, recorded_at)
    values
    {% for path in plan.failed -%}
    (
        {{ sluice.literals([model.name, path, 'FAILED', sluice.unreadable(plan, path), plan.source, id, invocation_id]) | join(', ') }},
        cast({{ sluice.literal(sluice.utc_now()) }} as {{ dbt.type_timestamp() }})
    ){{ ',' if not loop.last }}
    {% endfor %}
{% endmacro %}
