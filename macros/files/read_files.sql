{# PUBLIC: read_files #}

{% macro read_files(source) %}
    {# One listing a run, fixed here: the rows are read from these files, and these go into the ledger. #}
    {% if not execute or model.resource_type == 'unit_test' %}{% do return(source) %}{% endif %}
    {% do sluice.check_reader() %}
    {% set options = sluice.source_options(source) %}
    {% if sluice.is_preview() %}
        {# A look at some rows is not to open every file that ever landed. #}
        {% set options = dict(options, max_files_per_run=[options.max_files_per_run or 10, 10] | min) %}
    {% endif %}
    {% set known = sluice.known_files(options) %}
    {% set found = sluice.new_files(options, known) %}
    {% set recorded = sluice.source_record(options.name, known.state) %}
    {% set remembered = sluice.remembered_columns(recorded) %}
    {% do sluice.check_numbers_of_fields(options, found.files, remembered) %}
    {% set was_read = recorded.get('read', true) if recorded else false %}
    {% set schema = sluice.source_schema(options, found.files, remembered, was_read) %}
    {% do sluice.check_ledger(options.name, was_read, found.files, known) %}
    {% if sluice.is_emptied(source) or found.existing is not none %}
        {# dbt run --empty makes the columns and reads nothing. #}
        {% set found = dict(found, files=[], failed=[], left=0, respelling=none) %}
    {% elif not found.files + found.failed %}
        {% do sluice.warn_empty_location(options, known) %}
    {% endif %}
    {% set plan = {
        'source': options.name, 'files': found.files, 'failed': found.failed, 'options': options, 'schema': schema,
        'lost': sluice.lost_files(options.name, found.listing, found.respelling),
        'respelling': found.respelling, 'left': 0 if sluice.is_emptied(source) else known.left + found.left,
        'existing': found.existing or [], 'unreadable': known.unreadable,
    } %}
    {% set notes = sluice.note('files', plan) ~ '\n    ' ~ sluice.note('state', known.state) %}
    {% do return(sluice.block(notes, sluice.file_rows(options, schema, found.files))) %}
{% endmacro %}


{% macro check_reader() %}
    {# What was read is noted by these materializations; anything else would read all files each time. #}
    {% set materialized, readers = config.get('materialized'), ['streaming_table', 'apply_changes'] %}
    {% if model.resource_type == 'snapshot' or (model.resource_type == 'model' and materialized not in readers) %}
        {% set meant = sluice.nearest(materialized, readers) %}
        {% do sluice.raise_errors('read_files() error', [
            'read_files() notes which files were read, which only streaming_table and apply_changes models do; this '
            ~ model.resource_type ~ ' is materialized as ' ~ materialized
            ~ ('; did you mean ' ~ meant ~ '?' if meant else ' (way out: make it a streaming_table and read that, '
                ~ 'or an apply_changes model, or read all files with a plain source())'),
        ]) %}
    {% endif %}
{% endmacro %}


{% macro plans_made() %}
    {# What read_files() planned for this model, a plan a source. #}
    {% do return(sluice.notes('files', sluice.noted_query())) %}
{% endmacro %}


{% macro plans_without_vanished_files() %}
    {# The plans of this model as they stand now. Files were listed when the model was compiled: one
       that is gone by now is no longer a file of its plan, but a failed one. #}
    {% set plans = [] %}
    {% for plan in sluice.plans_made() %}
        {% set gone = sluice.readable_files(plan.files | map(attribute='path') | list, false).bad
            if plan.files else [] %}
        {% do plans.append(dict(
            plan,
            files=plan.files | rejectattr('path', 'in', gone) | list,
            failed=(plan.failed + gone) | sort,
        )) %}
    {% endfor %}
    {% do return(plans) %}
{% endmacro %}


{% macro query_of_plans(sql, plans) %}
    {# The model's query, over the files that are still there. #}
    {% set query = namespace(sql=sql) %}
    {% for made in sluice.plans_made() %}
        {% set plan = plans[loop.index0] %}
        {% if plan.files | length < made.files | length %}
            {% set query.sql = sluice.refilled(
                query.sql, sluice.note('files', made), sluice.file_rows(plan.options, plan.schema, plan.files)) %}
        {% endif %}
    {% endfor %}
    {% do return(query.sql) %}
{% endmacro %}
