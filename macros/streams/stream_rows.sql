{% macro stream_rows(relation, position) %}
    {% do return(adapter.dispatch('stream_rows', 'sluice')(relation, position)) %}
{% endmacro %}
