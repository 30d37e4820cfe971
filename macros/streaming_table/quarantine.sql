{% macro quarantine_relation(relation) %}
    {% do return(relation.incorporate(path={'identifier': relation.identifier ~ '__quarantine'}, type='table')) %}
{% endmacro %}


{% macro quarantine_errors(relation, rules) %}
    {# What stands where the quarantine is to be would get its rows, or be dropped by the next full refresh. #}
    {% if not rules | selectattr('on_violation', 'equalto', 'drop') | list %}{% do return([]) %}{% endif %}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set expected = ', expected the quarantine of ' ~ relation.identifier
        ~ ' (rows that break a rule with on_violation: drop); way out: rename one of the two' %}
    {% set node = sluice.node_at(quarantine) %}
    {% if node is not none %}
        {% do return([quarantine ~ ' is the ' ~ node.resource_type ~ ' ' ~ node.unique_id ~ expected ~ ', with an alias for example']) %}
    {% endif %}
    {% set existing = load_cached_relation(quarantine) %}
    {% if existing is not none and not sluice.is_quarantine(existing) %}
        {% set found = 'a table without _sluice_violations' if existing.is_table else 'a ' ~ existing.type %}
        {% do return([quarantine ~ ' exists as ' ~ found ~ expected ~ ', or drop ' ~ quarantine ~ ' if it is not needed']) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}


{% macro is_quarantine(existing) %}
    {# The name alone does not make it ours: anyone may call a table so, or a model that reads a quarantine. #}
    {% do return(
        existing.is_table
        and sluice.node_at(existing) is none
        and sluice.column_named(sluice.columns_of(existing), '_sluice_violations') is not none
    ) %}
{% endmacro %}


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


{% macro drop_quarantine(relation) %}
    {# A table made anew has its quarantine made anew, if it still has a rule that drops. #}
    {% set existing = load_cached_relation(sluice.quarantine_relation(relation)) %}
    {% if existing is not none and sluice.is_quarantine(existing) %}{% do adapter.drop_relation(existing) %}{% endif %}
{% endmacro %}
