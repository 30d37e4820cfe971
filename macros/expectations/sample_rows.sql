{% macro sample_rows(relation, condition, limit) %}
    {% do return(adapter.dispatch('sample_rows', 'sluice')(relation, condition, limit)) %}
{% endmacro %}
