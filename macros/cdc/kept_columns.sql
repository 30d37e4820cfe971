{% macro kept_columns(events) %}
    {# The user's columns of the kept events, among them those that later batches no longer have. #}
    {% set names = [] %}
    {% for column in adapter.get_columns_in_relation(events) if not sluice.is_reserved(column.name) %}
        {% do names.append(column.name) %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}
