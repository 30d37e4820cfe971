{% macro start_over(node) %}
    {# The command that makes a node anew, for error messages: dbt never full-refreshes a snapshot. #}
    {% if node.resource_type == 'snapshot' %}
        {% do return("dbt run-operation sluice.rebuild --args '{dataset: " ~ node.name ~ ", start_over: true}', then dbt snapshot --select " ~ node.name) %}
    {% endif %}
    {% do return('dbt run --full-refresh --select ' ~ sluice.dataset_name(node)) %}
{% endmacro %}
