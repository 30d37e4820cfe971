{% macro check_release(node, relation) %}
    {# The quarantine of a table that has run before, or none where it has none. #}
    {% set table = adapter.get_relation(relation.database, relation.schema, relation.identifier) %}
    {% if table is none or sluice.column_named(sluice.columns_of(table), '_sluice_batch') is none %}
        {% do sluice.raise_errors('sluice.release error', [
            relation ~ (' is not there' if table is none else ' is no streaming table (it has no _sluice_batch)')
            ~ '; way out: dbt build --select ' ~ sluice.dataset_name(node),
        ], node) %}
    {% endif %}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set existing = adapter.get_relation(quarantine.database, quarantine.schema, quarantine.identifier) %}
    {% do return(existing if existing is not none and sluice.is_quarantine(existing) else none) %}
{% endmacro %}
