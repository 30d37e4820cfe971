{% macro write_quarantine(relation, batch, rules, columns, head) %}
    {# Rows that broke a drop rule, whole, with the names of every rule that they broke. #}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% set rows %}
        select
            {{ names }},
            {{ sluice.violations(rules) }} as _sluice_violations,
            cast({{ head.to }} as {{ dbt.type_bigint() }}) as _sluice_batch,
            cast({{ sluice.literal(invocation_id) }} as {{ dbt.type_string() }}) as _sluice_update_id,
            cast({{ sluice.literal(sluice.utc_now()) }} as {{ dbt.type_timestamp() }}) as _sluice_quarantined_at
        from {{ batch }}
        where not ({{ sluice.kept(rules) }})
    {% endset %}
    {% if load_cached_relation(quarantine) is none %}
        {% do sluice.create_table(quarantine, sluice.query_columns(rows)) %}
        {% do adapter.cache_added(quarantine) %}
    {% else %}
        {% do sluice.sync_columns(quarantine, columns) %}
    {% endif %}
    {% do run_query(
        'insert into ' ~ quarantine ~ ' (' ~ names
        ~ ', _sluice_violations, _sluice_batch, _sluice_update_id, _sluice_quarantined_at)\n' ~ rows
    ) %}
{% endmacro %}
