{% macro create_temp(suffix, sql, relation=none) %}
    {% do return(adapter.dispatch('create_temp', 'sluice')(suffix, sql, relation)) %}
{% endmacro %}
