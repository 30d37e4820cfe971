{% macro changes_from_snapshots(relation, keys, version, columns=none) %}
    {# Successive full extracts of a table, kept in a streaming table, as change events: each version is compared with
       the one before it. What an event says depends on the extracts alone, so a replay yields the same events. #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set arrived = sluice.stream(relation) %}
    {% set unit_test = model.resource_type == 'unit_test' %}
    {% if not unit_test %}
        {% set whole = api.Relation.create(database=relation.database, schema=relation.schema, identifier=relation.identifier) %}
        {# What stream() rendered, read back: new batches are compared with the very ones before them. #}
        {% set position = fromjson(modules.re.findall('/\\* sluice:stream (.*?) \\*/', arrived)[0]) %}
        {% set news = position.to > position['from'] %}
        {% set known = sluice.stream_rows(whole, {'from': 0, 'to': position['from']}) if news %}
        {# Before its first run (dbt compile) the table has no columns to compare. #}
        {% if adapter.get_relation(whole.database, whole.schema, whole.identifier) is none %}{% do return(arrived) %}{% endif %}
    {% endif %}
    {% set options = sluice.extract_options(whole, keys, version, columns) %}
    {% if news %}{% do sluice.check_extracts(relation, options, arrived, known) %}{% endif %}
    {% do return(sluice.extract_changes(options, arrived, known)) %}
{% endmacro %}
