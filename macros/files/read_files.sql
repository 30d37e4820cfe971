{% macro read_files(source) %}
    {% if not execute or model.resource_type == 'unit_test' %}
        {% do return(source) %}
    {% endif %}
    {% set options = sluice.source_options(source) %}
    {# One listing a run, fixed here: the rows are read from these files and these go into the ledger. #}
    {% set found = {'files': [], 'failed': []} if source.limit == 0 else sluice.new_files(options) %}
    {% set schema = sluice.source_schema(options, found.files) %}
    {% set plan = {'source': options.name, 'files': found.files, 'failed': found.failed, 'options': options, 'schema': schema} %}
    {# A star in a path or a glob could begin or end a comment. #}
    {% do return(
        '(\n    /* sluice:files ' ~ tojson(plan) | replace('*', '\\u002a') ~ ' */\n'
        ~ sluice.file_rows(options, schema, found.files) ~ '\n)'
    ) %}
{% endmacro %}
