{% macro create_state(database=none) %}
    {% do run_query(adapter.dispatch('create_state', 'sluice')(database)) %}
{% endmacro %}
