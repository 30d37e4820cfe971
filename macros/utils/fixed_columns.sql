{% macro fixed_columns(relation) %}
    {# Columns whose type the engine cannot change: {name in lower case: what holds it}. #}
    {% do return(adapter.dispatch('fixed_columns', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__fixed_columns(relation) %}
    {% do return({}) %}
{% endmacro %}
