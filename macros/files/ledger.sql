{% macro ledger_files(options, respelling=none) %}
    {# A query of the files that this model has read or failed to read: path, size, modified_at, status. What
       clean_source took away is not there any more: a file of its name is another one; and what lies above the table's
       head was not committed. Files that are passed over count as read, also for a model that starts over: by a full
       refresh, or, a target, for it was stopped while it did. None where none counts, or for a look. #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% if sluice.is_preview() or load_cached_relation(ledger) is none %}{% do return(none) %}{% endif %}
    {% set starts_over = sluice.is_full_refresh() or (sluice.commits_each_statement() and sluice.is_unfinished(
        sluice.target_options(sluice.dataset_id(this), this.database))) %}
    {% set passes_over = not options.include_existing_files %}
    {% if starts_over and not passes_over %}{% do return(none) %}{% endif %}
    {% set id = sluice.literal(sluice.dataset_id(this)) %}
    {% set status = "case when status = 'EXISTING' then 'INGESTED' else status end" if passes_over else 'status' %}
    {% do return('select ' ~ sluice.respelled_path(respelling) ~ ' as path, size, modified_at, ' ~ status
        ~ ' as status from (select * from ' ~ ledger
        ~ (" where status = 'EXISTING'" if starts_over else '') ~ ') as _sluice_files'
        ~ ' where relation = ' ~ id ~ ' and cleaned_at is null and coalesce(batch, 0) <= coalesce((select batch from '
        ~ sluice.state_relation('checkpoints', this.database) ~ ' where dataset = ' ~ id ~ ' and source = ' ~ id
        ~ ' order by epoch desc, batch desc limit 1), 0)') %}
{% endmacro %}


{% macro ledger_numbers(options) %}
    {# The queries of how many files the ledger has: see known_files(). #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% if load_cached_relation(ledger) is none %}{% do return([]) %}{% endif %}
    {% set of_source = 'source = ' ~ sluice.literal(options.name) %}
    {% set queries = [] %}
    {% for kind, condition in {
        'ledger': of_source,
        'ingested': "status = 'INGESTED' and cleaned_at is null",
        'unreadable': "status = 'FAILED'",
        'respelled': of_source ~ ' and ' ~ sluice.other_spelling_condition(options),
    }.items() %}
        {% do queries.append("select '" ~ kind ~ "' as kind, '' as name, cast(count(*) as " ~ dbt.type_string()
            ~ ') as value from ' ~ ledger ~ ' where relation = ' ~ sluice.literal(sluice.dataset_id(this))
            ~ ' and ' ~ condition) %}
    {% endfor %}
    {% do return(queries) %}
{% endmacro %}


{% macro check_ledger(source_name, was_read, files, known) %}
    {# A source that was read, by its record and the table's batches, and of which the ledger knows no file: all of them
       would be read again, which would double the rows of a table that appends. #}
    {% if config.get('materialized') != 'streaming_table' %}{% do return(none) %}{% endif %}
    {% set own = sluice.position(known.state.read, known.state.dataset) %}
    {% if not was_read or not files or known.ledger or not own.batch %}{% do return(none) %}{% endif %}
    {% do sluice.raise_errors('read_files() error', [
        this ~ ' was made from files of source ' ~ source_name ~ ', and '
        ~ sluice.state_relation('files', this.database)
        ~ ' knows none of them, so its rows were lost; reading on would double rows',
        'ways out: keep the rows and take the files that they came from as read: '
        ~ sluice.operation_command('mark_as_read', model) ~ '; or rebuild it: '
        ~ sluice.full_refresh_command(model, readers=true),
    ]) %}
{% endmacro %}


{% macro knows_files(dataset_id, database=none) %}
    {# Whether the ledger has a file of a table. #}
    {% do return(sluice.query_rows(
        'select count(*) as num_files from ' ~ sluice.state_relation('files', database) ~ ' where relation = '
        ~ sluice.literal(dataset_id)
    )[0].num_files | int > 0) %}
{% endmacro %}


{% macro lost_files(source_name, listing, respelling) %}
    {# What a full refresh would not find again of what this model was made from: {'files', 'rows' (none where they were
       not counted), 'path' of one of them, 'all' files}; none where nothing is lost. #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% if load_cached_relation(this) is none or load_cached_relation(ledger) is none or not sluice.is_full_refresh() %}
        {% do return(none) %}
    {% endif %}
    {% set path = sluice.path_expression('path') %}
    {% set query %}
        select
            count(distinct case when _sluice_is_lost then {{ path }} end) as files,
            count(distinct {{ path }}) as all_files,
            min(case when _sluice_is_lost then {{ path }} end) as path,
            sum(case when _sluice_is_lost then rows end) as num_rows,
            sum(case when _sluice_is_lost and rows is null then 1 else 0 end) as uncounted
        from (
            select
                path,
                rows,
                cleaned_at is not null or {{ sluice.path_expression(sluice.respelled_path(respelling)) }} not in (
                    select {{ path }} from ({{ listing }}) as _sluice_listing
                ) as _sluice_is_lost
            from {{ ledger }}
            where relation = {{ sluice.literal(sluice.dataset_id(this)) }}
                and source = {{ sluice.literal(source_name) }}
                and status = 'INGESTED'
        ) as _sluice_ledger
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% if not found.files or (found.num_rows == 0 and not found.uncounted) %}{% do return(none) %}{% endif %}
    {% do return({
        'files': found.files | int,
        'rows': none if found.uncounted else found.num_rows | int,
        'path': found.path,
        'all': found.all_files | int,
    }) %}
{% endmacro %}


{% macro check_lost_files(plans) %}
    {# A full refresh must not forget rows whose files are gone. #}
    {% set errors = [] %}
    {% if not var('sluice_allow_loss', false) %}
        {% for plan in plans if plan.lost %}
            {% do errors.append(
                plan.lost.files ~ ' of ' ~ plan.lost.all ~ ' files of source ' ~ plan.source ~ ' that ' ~ model.name
                ~ ' was made from are gone (such as ' ~ plan.lost.path ~ '); a full refresh would lose '
                ~ ('their rows, which were not counted' if plan.lost.rows is none
                    else plan.lost.rows ~ (' row' if plan.lost.rows == 1 else ' rows'))
            ) %}
        {% endfor %}
    {% endif %}
    {% if errors %}
        {% do errors.append("ways out: bring the files back; keep the table with full_refresh: false in its config; or "
            ~ "let the rows go: --vars 'sluice_allow_loss: true'") %}
    {% endif %}
    {% do sluice.raise_errors('Full refresh that would lose rows', errors) %}
{% endmacro %}


{% macro warn_empty_location(options, known) %}
    {# An unmounted disk or a renamed folder looks like a quiet day: files were there, and none is. #}
    {% if model.resource_type != 'model' %}{% do return(none) %}{% endif %}
    {% set message = '' %}
    {% if sluice.is_full_refresh() %}
        {% set message = 'its first run makes an empty table' if load_cached_relation(this) is none
            else 'it is made anew from nothing' %}
    {% elif known.ingested and not known.listed %}
        {% set message = known.ingested ~ ' files were read from there before' %}
    {% endif %}
    {% if message %}
        {% do exceptions.warn(
            model.name ~ ': there is no file at ' ~ options.given_location ~ ', the external_location of source '
            ~ options.name ~ '; ' ~ message ~ '. If files should be there, check the location: '
            ~ 'it is relative to where dbt runs.'
        ) %}
    {% endif %}
{% endmacro %}


{% macro schema_records(plans) %}
    {# What is to be remembered of sources, {dataset id: options}, for commit_statements(): the columns, and if it is so
       that no file of it was read yet. #}
    {% set records = {} %}
    {% for plan in plans if plan.schema.changed %}
        {% do records.update({sluice.dataset_id(this) ~ ' < ' ~ plan.source: dict(
            {'columns': plan.schema.columns, 'names': plan.schema.names},
            **({} if plan.schema.was_read or plan.files else {'read': false}),
        )}) %}
    {% endfor %}
    {% do return(records) %}
{% endmacro %}


{% macro ledger_statements(plans, read_errors, batch, columns, full_refresh) %}
    {# The statements that put the files that read_files() rendered into the ledger. A file counts from the checkpoint
       of its batch on: see ledger_files(). #}
    {% set statements = [] %}
    {% set id = sluice.dataset_id(this) %}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set own = ' where relation = ' ~ sluice.literal(id) %}
    {% set update = sluice.literal(invocation_id) %}
    {% if full_refresh and plans %}
        {% do statements.append('delete from ' ~ ledger ~ own ~ " and status <> 'EXISTING'") %}
    {% endif %}
    {% for plan in plans %}
        {% if plan.respelling and not full_refresh %}
            {% do statements.append('update ' ~ ledger ~ ' set path = ' ~ sluice.respelled_path(plan.respelling) ~ own
                ~ ' and source = ' ~ sluice.literal(plan.source) ~ ' and '
                ~ sluice.respelled_condition(plan.respelling)) %}
        {% endif %}
        {% if plan.existing %}
            {% do statements.append(sluice.insert_existing_files(ledger, id, plan)) %}
            {% do log('sluice: ' ~ model.name ~ ' passes over ' ~ plan.existing | length
                ~ (' file' if plan.existing | length == 1 else ' files') ~ ' of source ' ~ plan.source
                ~ ' from before its first run (include_existing_files: false)', info=true) %}
        {% endif %}
        {% if plan.files %}
            {% do statements.append(sluice.insert_files(ledger, id, batch, columns, plan)) %}
        {% endif %}
        {% if plan.failed %}
            {% do statements.append(sluice.insert_failed_files(ledger, id, plan, read_errors)) %}
        {% endif %}
    {% endfor %}
    {% set looked_at = plans | selectattr('files') | list + plans | selectattr('failed') | list %}
    {% if not full_refresh and looked_at | selectattr('unreadable') | list %}
        {# What became of a file that failed before stands in its new row. #}
        {% do statements.append('delete from ' ~ ledger ~ own ~ " and status = 'FAILED' and update_id <> " ~ update
            ~ ' and ' ~ sluice.path_expression('path') ~ ' in (select ' ~ sluice.path_expression('path') ~ ' from '
            ~ ledger ~ own ~ ' and update_id = ' ~ update ~ ')') %}
    {% endif %}
    {% do return(statements) %}
{% endmacro %}


{% macro insert_files(ledger, id, batch, columns, plan) %}
    {# Rows are counted by the file that they came from; a model that drops _metadata leaves them uncounted. #}
    {% set metadata = sluice.find_column(columns, '_metadata') %}
    {% set counted = metadata is not none and 'file_path' in metadata.dtype %}
    {% set rows %}
    with _sluice_files as (
        {{ sluice.listed_files(plan.files) }}
    ),

    _sluice_counts as (
        {% if counted %}
        select {{ sluice.path_expression('_metadata.file_path') }} as path, count(*) as num_rows
        from {{ batch.rows }} as _sluice_rows
        group by 1
        {% else %}
        select path, cast(null as {{ dbt.type_bigint() }}) as num_rows
        from _sluice_files
        {% endif %}
    )

    select
        {{ sluice.literal(model.name) }},
        _sluice_files.path,
        _sluice_files.size,
        _sluice_files.modified_at,
        {{ batch.range.to }},
        {{ 'coalesce(_sluice_counts.num_rows, 0)' if counted else '_sluice_counts.num_rows' }},
        'INGESTED',
        {{ sluice.literal(plan.source) }},
        {{ sluice.literal(id) }},
        {{ sluice.literal(invocation_id) }},
        {{ sluice.timestamp_expression() }}
    from _sluice_files
    left join _sluice_counts
        on {{ sluice.path_expression('_sluice_files.path') }} = {{ sluice.path_expression('_sluice_counts.path') }}
    {% endset %}
    {% do return(sluice.insert_into(ledger, [
        'dataset', 'path', 'size', 'modified_at', 'batch', 'rows', 'status', 'source', 'relation', 'update_id',
        'recorded_at',
    ], rows)) %}
{% endmacro %}


{% macro insert_existing_files(ledger, id, plan) %}
    {# The statement that notes the files that are passed over. They have no batch, so they outlast a full refresh. #}
    {% set rows %}
    select
        {{ sluice.literal(model.name) }},
        path,
        size,
        modified_at,
        0,
        'EXISTING',
        {{ sluice.literal(plan.source) }},
        {{ sluice.literal(id) }},
        {{ sluice.literal(invocation_id) }},
        {{ sluice.timestamp_expression() }}
    from ({{ sluice.listed_files(plan.existing) }}) as _sluice_existing
    {% endset %}
    {% do return(sluice.insert_into(ledger, [
        'dataset', 'path', 'size', 'modified_at', 'rows', 'status', 'source', 'relation', 'update_id', 'recorded_at',
    ], rows)) %}
{% endmacro %}
