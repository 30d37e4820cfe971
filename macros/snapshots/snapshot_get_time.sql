{% macro default__snapshot_get_time() %}
    {# dbt compares the type of its clock with that of the sequence, and warns. The clock plays no part in a
       feed's order, so for strategy apply_changes the answer is a null of the sequence's type. #}
    {% if model is not defined or model.resource_type != 'snapshot' or not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_get_time')()) %}
    {% endif %}
    {% set sequence = sluice.column_named(sluice.columns_of(sluice.events_relation()), '_sluice_sequence') %}
    {% do return('cast(null as ' ~ sequence.dtype ~ ')') %}
{% endmacro %}
