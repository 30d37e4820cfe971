{% macro columns_of(relation) %}
    {# As adapter.get_columns_in_relation, which builds a whole macro context anew at each call (50 ms). #}
    {% do return(adapter.dispatch('columns_of', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__columns_of(relation) %}
    {% do return(adapter.get_columns_in_relation(relation)) %}
{% endmacro %}
