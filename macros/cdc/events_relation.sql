{% macro events_relation(relation=none) %}
    {# The kept events of a target (by default this one): the set that the target is a function of. #}
    {% set relation = relation or this %}
    {% set prefix = '' if relation.schema | lower == target.schema | lower else relation.schema ~ '.' %}
    {% do return(sluice.state_relation(prefix ~ relation.identifier ~ '__events', relation.database)) %}
{% endmacro %}
