{# PUBLIC: files_loaded_at #}

{% macro ledger_files() %}
    {# A query of the files that this model has read or failed to read: path, size, modified_at, status. None for a
       model that starts over. #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% if sluice.is_full_refresh() or load_cached_relation(ledger) is none %}{% do return(none) %}{% endif %}
    {% do return('select path, size, modified_at, status from ' ~ ledger
        ~ ' where relation = ' ~ sluice.literal(sluice.dataset_id(this))) %}
{% endmacro %}


{% macro record_files(plans, read_errors, batch, columns, full_refresh) %}
    {# The files that read_files() rendered, into the ledger in the transaction of their rows. #}
    {% set id = sluice.dataset_id(this) %}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set own = ' where relation = ' ~ sluice.literal(id) %}
    {% set update = sluice.literal(invocation_id) %}
    {% if full_refresh and plans %}{% do run_query('delete from ' ~ ledger ~ own) %}{% endif %}
    {% for plan in plans %}
        {% if plan.schema.changed %}
            {% do sluice.record_target_options(id ~ ' < ' ~ plan.source, {'columns': plan.schema.columns}) %}
        {% endif %}
        {% if plan.files %}{% do run_query(sluice.insert_files(ledger, id, batch, columns, plan)) %}{% endif %}
        {% if plan.failed %}
            {% do run_query(sluice.insert_failed_files(ledger, id, plan, read_errors)) %}
            {% do sluice.warn_failed_files(plan, read_errors) %}
        {% endif %}
    {% endfor %}
    {% if not full_refresh and (plans | selectattr('files') | list + plans | selectattr('failed') | list) %}
        {# What became of a file that failed before stands in its new row. #}
        {% do run_query('delete from ' ~ ledger ~ own ~ " and status = 'FAILED' and update_id <> " ~ update
            ~ ' and path in (select path from ' ~ ledger ~ own ~ ' and update_id = ' ~ update ~ ')') %}
    {% endif %}
{% endmacro %}


{% macro insert_files(ledger, id, batch, columns, plan) %}
    {# Rows are counted by the file that they came from; a model that drops _metadata leaves them uncounted. #}
    {% set metadata = sluice.find_column(columns, '_metadata') %}
    {% set counted = metadata is not none and 'file_path' in metadata.dtype %}
    insert into {{ ledger }}
        (dataset, path, size, modified_at, batch, rows, status, error, source, relation, update_id, recorded_at)
    with _sluice_files as (
        {{ sluice.listed_files(plan.files) }}
    ),

    _sluice_counts as (
        {% if counted %}
        select _metadata.file_path as path, count(*) as num_rows
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
        null,
        {{ sluice.literal(plan.source) }},
        {{ sluice.literal(id) }},
        {{ sluice.literal(invocation_id) }},
        {{ sluice.timestamp_expression() }}
    from _sluice_files
    left join _sluice_counts on _sluice_files.path = _sluice_counts.path
{% endmacro %}


{% macro files_loaded_at(dataset) %}
    {# For loaded_at_query of a source: when the newest file that `dataset` has read was written, UTC. #}
    select max(modified_at)
    from {{ sluice.state_relation('files') }}
    where dataset = {{ sluice.literal(dataset) }} and status = 'INGESTED'
{% endmacro %}
