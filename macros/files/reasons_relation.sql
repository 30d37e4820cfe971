{% macro reasons_relation() %}
    {# Not a temporary table: those are seen by one connection only. #}
    {% do return(sluice.state_relation(this.identifier ~ '__reasons', this.database)) %}
{% endmacro %}
