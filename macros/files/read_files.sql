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


{% macro check_reader() %}
    {# What was read is noted by the materialization of a streaming table; anything else would read all files each time. #}
    {% if model.resource_type in ('model', 'snapshot') and config.get('materialized') != 'streaming_table' %}
        {% do sluice.raise_errors('read_files() error', [
            'read_files() notes which files were read, which only a streaming_table does; this ' ~ model.resource_type ~ ' is materialized as '
            ~ config.get('materialized') ~ ' (way out: make it a streaming_table and read that, or read all files with a plain source())',
        ]) %}
    {% endif %}
{% endmacro %}


{% macro new_files(options) %}
    {# The files of the location that the ledger does not hold, sorted by path: {'files': [{path, size, modified_at,
       reader}], 'failed': [paths that cannot be read]}. #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set known = none %}
    {% if not sluice.starts_over()
        and adapter.get_relation(ledger.database, ledger.schema, ledger.identifier) is not none %}
        {% set known = 'select path, size, modified_at, status from ' ~ ledger ~ ' where relation = '
            ~ sluice.literal(sluice.dataset_id(this)) %}
    {% endif %}
    {% do return(sluice.list_files(options, known)) %}
{% endmacro %}


{% macro list_files(options, known) %}
    {% do return(adapter.dispatch('list_files', 'sluice')(options, known)) %}
{% endmacro %}


{% macro file_rows(options, schema, files) %}
    {% do return(adapter.dispatch('file_rows', 'sluice')(options, schema, files)) %}
{% endmacro %}


{% macro listed_files(files) %}
    {# A query of files: path, size, modified_at. #}
    {% do return(adapter.dispatch('listed_files', 'sluice')(files)) %}
{% endmacro %}

{% macro default__listed_files(files) %}
    {% set rows = [] %}
    {% for file in files %}
        {% do rows.append(
            'select ' ~ sluice.literal(file.path) ~ ' as path, ' ~ file.size ~ ' as size, cast(' ~ sluice.literal(file.modified_at)
            ~ ' as ' ~ dbt.type_timestamp() ~ ') as modified_at'
        ) %}
    {% endfor %}
    {% do return(rows | join('\nunion all\n')) %}
{% endmacro %}


{% macro files_read() %}
    {# A source that is read twice in one query is one plan. #}
    {% set plans = [] %}
    {% for text in modules.re.findall('/\\* sluice:files (.*?) \\*/', model.get('compiled_code') or '') | unique(true) %}
        {% do plans.append(fromjson(text)) %}
    {% endfor %}
    {% do return(plans) %}
{% endmacro %}


{% macro without_vanished_files(sql, plans) %}
    {# Files were listed when the model was compiled: one that is gone by now is left out, and noted in the plans. #}
    {% set query = namespace(sql=sql) %}
    {% for plan in plans if plan.files %}
        {% set gone = sluice.vanished_files(plan.files) %}
        {% if gone %}
            {% set left = plan.files | rejectattr('path', 'in', gone) | list %}
            {% set query.sql = query.sql | replace(
                sluice.file_rows(plan.options, plan.schema, plan.files), sluice.file_rows(plan.options, plan.schema, left)) %}
            {% do plan.update({'files': left, 'failed': (plan.failed + gone) | sort}) %}
        {% endif %}
    {% endfor %}
    {% do return(query.sql) %}
{% endmacro %}


{% macro vanished_files(files) %}
    {% do return(adapter.dispatch('vanished_files', 'sluice')(files)) %}
{% endmacro %}
