{% macro events_relation() %}
    {# The kept events of this target: the set that the target is a function of. #}
    {% set prefix = '' if this.schema | lower == target.schema | lower else this.schema ~ '__' %}
    {% do return(sluice.state_relation(prefix ~ this.identifier ~ '__events', this.database)) %}
{% endmacro %}
