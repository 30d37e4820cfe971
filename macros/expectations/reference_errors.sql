{% macro reference_errors(test, node) %}
    {# What a rule reads beside the row has to be there before the rows are judged, and only the model's own
       dependencies say so: those of its tests make nothing wait. #}
    {% set errors = [] %}
    {% for id in test.depends_on.nodes if id != node.unique_id and id in graph.nodes %}
        {% set other = graph.nodes[id] %}
        {% if id not in node.depends_on.nodes %}
            {% do errors.append(
                test.name ~ ': reads ' ~ other.name ~ ', on which ' ~ node.name ~ ' does not depend, so that nothing builds it first; '
                ~ 'way out: begin the model with: -- depends_on: {' ~ "{ ref('" ~ other.name ~ "') }" ~ '}'
            ) %}
        {% elif other.config.materialized == 'ephemeral' %}
            {% do errors.append(test.name ~ ': reads ' ~ other.name ~ ', which is ephemeral, expected a table or a view') %}
        {% elif not other.get('defer_relation')
            and adapter.get_relation(other.database, other.schema, other.alias or other.name) is none %}
            {% do errors.append(
                test.name ~ ': reads ' ~ other.name ~ ', which is not built yet; way out: dbt build --select ' ~ other.name ~ ' ' ~ node.name
            ) %}
        {% endif %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
