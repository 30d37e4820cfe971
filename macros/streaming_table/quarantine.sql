{% macro quarantine_relation(relation) %}
    {# Where the rows that broke a drop rule go: beside the table, under its name. #}
    {% do return(relation.incorporate(path={'identifier': relation.identifier ~ '__quarantine'}, type='table')) %}
{% endmacro %}


{% macro is_quarantine(existing) %}
    {# The name alone does not make it ours: anyone may call a table so, or a model that reads a quarantine. #}
    {% do return(
        existing.is_table
        and sluice.node_at(existing) is none
        and sluice.find_column(sluice.columns_of(existing), '_sluice_violations') is not none
    ) %}
{% endmacro %}


{% macro write_quarantine(relation, batch, rules, columns, number) %}
    {# Rows of the batch that broke a drop rule, whole, with the names of every rule that they broke. #}
    {% set broken = 'not (' ~ sluice.passed_condition(rules) ~ ')' %}
    {% do sluice.write_quarantined(
        sluice.quarantine_relation(relation), columns, sluice.quarantined_rows(batch, rules, columns, number, broken)
    ) %}
{% endmacro %}


{% macro quarantined_rows(batch, rules, columns, number, condition) %}
    {# Rows of a batch with results, as the quarantine has them. #}
    select
        {%- for name in sluice.quoted(columns | map(attribute='name')) %}
        {{ name }},
        {%- endfor %}
        {{ sluice.violations(rules) }} as _sluice_violations,
        cast({{ number }} as {{ dbt.type_bigint() }}) as _sluice_batch,
        cast({{ sluice.literal(invocation_id) }} as {{ dbt.type_string() }}) as _sluice_update_id,
        {{ sluice.timestamp_expression() }} as _sluice_quarantined_at
    from {{ batch }} as _sluice_rows
    where {{ condition }}
{% endmacro %}


{% macro write_quarantined(quarantine, columns, rows) %}
    {# Inserts rows into the quarantine, which is made, or brought up to their columns. #}
    {% if load_cached_relation(quarantine) is none %}
        {% do sluice.create_table(quarantine, sluice.query_columns(rows)) %}
        {% do adapter.cache_added(quarantine) %}
    {% else %}
        {% do sluice.sync_columns(quarantine, columns) %}
    {% endif %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
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
