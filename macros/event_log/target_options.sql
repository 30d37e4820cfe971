{% macro target_options(dataset_id, database=none) %}
    {# The options that a dataset's state was last made with, or none. #}
    {% set targets = sluice.state_relation('targets', database or this.database) %}
    {% if adapter.get_relation(targets.database, targets.schema, targets.identifier) is none %}
        {% do return(none) %}
    {% endif %}
    {% set found = sluice.rows(
        'select options from ' ~ targets ~ ' where dataset = ' ~ sluice.literal(dataset_id)
        ~ ' order by version desc limit 1'
    ) %}
    {% do return(fromjson(found[0].options) if found else none) %}
{% endmacro %}
