{% macro temp_relation(suffix) %}
    {% do return(adapter.dispatch('temp_relation', 'sluice')(suffix)) %}
{% endmacro %}

{% macro default__temp_relation(suffix) %}
    {% do return(api.Relation.create(identifier='_sluice_' ~ this.identifier ~ '_' ~ suffix, type='table')) %}
{% endmacro %}
