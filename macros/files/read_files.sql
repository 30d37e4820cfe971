{% macro read_files(source) %}
    {% if not execute or model.resource_type == 'unit_test' %}
        {% do return(source) %}
    {% endif %}
    {% do sluice.check_reader() %}
    {% set options = sluice.source_options(source) %}
    {# One listing a run, fixed here: the rows are read from these files and these go into the ledger. #}
    {% set found = sluice.new_files(options) %}
    {% set schema = sluice.source_schema(options, found.files) %}
    {% if source.limit == 0 %}
        {# dbt run --empty makes the columns and reads nothing. #}
        {% set found = {'files': [], 'failed': []} %}
    {% elif not found.files + found.failed and model.resource_type == 'model' and sluice.starts_over() %}
        {% do exceptions.warn(model.name ~ ': there is no file at ' ~ options.location ~ ', the external_location of source ' ~ options.name
            ~ '; its first run makes an empty table. If files should be there, check the location: it is relative to where dbt runs.') %}
    {% endif %}
    {% set plan = {'source': options.name, 'files': found.files, 'failed': found.failed, 'options': options, 'schema': schema} %}
    {# A star in a path or a glob could begin or end a comment. #}
    {% do return(
        '(\n    /* sluice:files ' ~ tojson(plan) | replace('*', '\\u002a') ~ ' */\n'
        ~ sluice.file_rows(options, schema, found.files) ~ '\n)'
    ) %}
{% endmacro %}
