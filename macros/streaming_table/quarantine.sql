{# PUBLIC: quarantine_of #}

{% macro quarantine_of(relation) %}
    {# The quarantine of a streaming table, to be read behind a ref() to it. #}
    {% if not execute or model.resource_type == 'unit_test' %}{% do return(relation) %}{% endif %}
    {% set errors = [] %}
    {% if not sluice.is_streaming_table(sluice.node_at(relation)) %}
        {% do errors.append(
            "expected a ref() to a streaming table: quarantine_of(ref('<name>')), found: " ~ relation) %}
    {% elif sluice.is_update() and load_cached_relation(
        sluice.quarantine_relation(sluice.whole_relation(relation))) is none %}
        {% do errors.append(sluice.dataset_id(relation) ~ ' has no quarantine, for none of its rules has '
            ~ 'on_violation: drop; way out: such a rule, then dbt build --select '
            ~ sluice.selector_of(sluice.node_at(relation)) ~ '+') %}
    {% endif %}
    {% do sluice.raise_errors('quarantine_of() error', errors) %}
    {% do return(sluice.quarantine_relation(relation)) %}
{% endmacro %}


{% macro quarantine_relation(relation) %}
    {# Where the rows that broke a drop rule go: beside the table, under its name. #}
    {% do return(relation.incorporate(path={'identifier': relation.identifier ~ '__quarantine'}, type='table')) %}
{% endmacro %}


{% macro is_quarantine(existing, columns=none) %}
    {# The name alone does not make it ours: anyone may call a table so, or a model that reads a quarantine. #}
    {% do return(
        existing is not none
        and existing.is_table
        and sluice.node_at(existing) is none
        and sluice.find_column(columns or sluice.columns_of(existing), '_sluice_violations') is not none
    ) %}
{% endmacro %}


{% macro quarantine_marks(rules) %}
    {# A query with the columns that a quarantine has beside the user's. `_sluice_released_batch` is the batch of the
       table that a row is on its way to: one of the batches that the table has, and the row is gone; one above, and it
       was not committed. See docs/decisions/0007. #}
    select
        {{ sluice.violations(rules) }} as _sluice_violations,
        cast(null as {{ dbt.type_bigint() }}) as _sluice_batch,
        cast(null as {{ dbt.type_string() }}) as _sluice_update_id,
        cast(null as {{ dbt.type_timestamp() }}) as _sluice_quarantined_at,
        cast(null as {{ dbt.type_bigint() }}) as _sluice_released_batch
    from (
        select
            {%- for rule in rules %}
            true as {{ rule.column }}{{ ',' if not loop.last }}
            {%- endfor %}
    ) as _sluice_rows
{% endmacro %}


{% macro quarantine_plan(relation, look, rules, columns, starts_over, node=none) %}
    {# How the quarantine is made, or brought up to the columns of a batch: {'statements', 'dropped' and 'made': the
       relation, or none}. A table made anew has its quarantine made anew, if it still has a rule that drops. `look` is
       that of look_at_batch(). #}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set existing = load_cached_relation(quarantine) %}
    {% set present = look.columns.get('quarantine', []) %}
    {% set is_ours = sluice.is_quarantine(existing, present) %}
    {% set dropped = existing if is_ours and starts_over else none %}
    {% set made = quarantine if sluice.drops(rules) and (starts_over or not is_ours) else none %}
    {% set statements = [sluice.drop_statement(dropped)] if dropped else [] %}
    {% if made %}
        {# The reasons first: what shows a few columns of a table shows these. #}
        {% do statements.extend(
            sluice.create_table_statements(made, look.columns.marks[:1] + columns + look.columns.marks[1:])) %}
    {% elif sluice.drops(rules) %}
        {% do statements.extend(
            sluice.sync_columns_statements(quarantine, columns, existing=present, node=node).statements) %}
    {% endif %}
    {% do return({'statements': statements, 'dropped': dropped, 'made': made}) %}
{% endmacro %}


{% macro quarantine_statement(relation, batch, rules, columns, number, condition=none, mark=none) %}
    {# The statement that puts rows of a batch with results into the quarantine, by default those that broke a rule
       which drops or fails: whole, with the names of every rule that they broke. #}
    {% set names = columns | map(attribute='name') | list %}
    {% set own = ['_sluice_violations', '_sluice_batch', '_sluice_update_id', '_sluice_quarantined_at']
        + (['_sluice_released_batch'] if mark is not none else []) %}
    {% set rows %}
    select
        {%- for name in sluice.quoted(names) %}
        {{ name }},
        {%- endfor %}
        {{ sluice.violations(rules) }},
        cast({{ number }} as {{ dbt.type_bigint() }}),
        cast({{ sluice.literal(invocation_id) }} as {{ dbt.type_string() }}),
        {{ sluice.timestamp_expression() }}
        {{- ',\n        ' ~ mark if mark is not none }}
    from {{ batch }} as _sluice_rows
    where {{ condition or 'not (' ~ sluice.passed_condition(rules) ~ ')' }}
    {% endset %}
    {% do return(sluice.insert_into(sluice.quarantine_relation(relation), names + own, rows)) %}
{% endmacro %}
