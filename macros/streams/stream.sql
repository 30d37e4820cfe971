{% macro stream(relation) %}
    {# A unit test's input is a fixture and a parse-time relation a placeholder: neither has batches. #}
    {% if not execute or model.resource_type == 'unit_test' %}
        {% do return(relation) %}
    {% endif %}
    {% do sluice.check_stream(relation) %}
    {% set whole = api.Relation.create(
        database=relation.database, schema=relation.schema, identifier=relation.identifier
    ) %}
    {% set position = sluice.stream_position(whole) %}
    {% if relation.limit == 0 %}{% do position.update({'to': position['from'], 'restarted': false}) %}{% endif %}
    {% do return(
        '(\n    /* sluice:stream ' ~ tojson(position) | replace('*', '\\u002a') ~ ' */\n    '
        ~ sluice.stream_rows(whole, position) ~ '\n)'
    ) %}
{% endmacro %}
