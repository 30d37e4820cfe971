{% macro duckdb__mark_statement(quarantine, present, batch, rules, number) %}
    {# A merge in DuckLake has one action for rows that match. #}
    {% if not sluice.duckdb_is_lake(quarantine) %}
        {% do return(sluice.default__mark_statement(quarantine, present, batch, rules, number)) %}
    {% endif %}
    {% set passed = sluice.passed_condition(rules) %}
    merge into {{ quarantine }} as _sluice_quarantined
    using {{ batch }} as _sluice_judged
        on {{ sluice.row_id_expression(present, '_sluice_quarantined') }} = _sluice_judged._sluice_row
    when matched then update set
        _sluice_released_batch = case when {{ passed }} then {{ number }} else _sluice_released_batch end
        {%- if rules %},
        _sluice_violations = case
            when {{ passed }} then _sluice_quarantined._sluice_violations
            else {{ sluice.violations(rules) }}
        end
        {%- endif %}
{% endmacro %}
