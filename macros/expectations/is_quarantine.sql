{% macro is_quarantine(existing) %}
    {# The name alone does not make it ours: anyone may call a table so, or a model that reads a quarantine. #}
    {% do return(
        existing.is_table
        and sluice.node_at(existing) is none
        and sluice.column_named(sluice.columns_of(existing), '_sluice_violations') is not none
    ) %}
{% endmacro %}
