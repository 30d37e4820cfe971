{% macro temp_relation(suffix, relation=none) %}
    {% do return(adapter.dispatch('temp_relation', 'sluice')(suffix, relation)) %}
{% endmacro %}

{% macro default__temp_relation(suffix, relation=none) %}
    {% do return(api.Relation.create(identifier='_sluice_' ~ (relation or this).identifier ~ '_' ~ suffix, type='table')) %}
{% endmacro %}
