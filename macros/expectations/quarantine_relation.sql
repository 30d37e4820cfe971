{% macro quarantine_relation(relation) %}
    {% do return(relation.incorporate(path={'identifier': relation.identifier ~ '__quarantine'}, type='table')) %}
{% endmacro %}
