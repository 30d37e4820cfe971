{% macro record_files(plans, batch, columns, afresh, head) %}
    {# The files that read_files() rendered, into the ledger in the transaction of their rows. #}
    {% set id = sluice.dataset_id(this) %}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set own = ' where relation = ' ~ sluice.literal(id) %}
    {% set update = sluice.literal(invocation_id) %}
    {% if afresh and plans %}{% do run_query('delete from ' ~ ledger ~ own) %}{% endif %}
    {% for plan in plans %}
        {% if plan.schema.changed %}
            {% do sluice.record_target_options(id ~ ' < ' ~ plan.source, {'columns': plan.schema.columns}) %}
        {% endif %}
        {% if plan.files %}{% do run_query(sluice.insert_files(ledger, id, batch, columns, plan, head)) %}{% endif %}
        {% if plan.failed %}
            {% do run_query(sluice.insert_failed_files(ledger, id, plan)) %}
            {% do sluice.warn_failed_files(plan) %}
        {% endif %}
    {% endfor %}
    {% if not afresh and (plans | selectattr('files') | list + plans | selectattr('failed') | list) %}
        {# What became of a file that failed before stands in its new row. #}
        {% do run_query('delete from ' ~ ledger ~ own ~ " and status = 'FAILED' and update_id <> " ~ update
            ~ ' and path in (select path from ' ~ ledger ~ own ~ ' and update_id = ' ~ update ~ ')') %}
    {% endif %}
{% endmacro %}


{% macro insert_files(ledger, id, batch, columns, plan, head) %}
    {# Rows are counted by the file that they came from; a model that drops _metadata leaves them uncounted. #}
    {% set metadata = sluice.column_named(columns, '_metadata') %}
    {% set counted = metadata is not none and 'file_path' in metadata.dtype %}
    insert into {{ ledger }}
        (dataset, path, size, modified_at, batch, rows, status, error, source, relation, update_id, recorded_at)
    with new_files as (
        {{ sluice.listed_files(plan.files) }}
    ),

    row_counts as (
        {% if counted %}
        select _metadata.file_path as path, count(*) as num_rows from {{ batch }} as batch group by 1
        {% else %}
        select path, cast(null as {{ dbt.type_bigint() }}) as num_rows from new_files
        {% endif %}
    )

    select
        {{ sluice.literal(model.name) }},
        new_files.path,
        new_files.size,
        new_files.modified_at,
        {{ head.to }},
        {{ 'coalesce(row_counts.num_rows, 0)' if counted else 'row_counts.num_rows' }},
        'INGESTED',
        null,
        {{ sluice.literal(plan.source) }},
        {{ sluice.literal(id) }},
        {{ sluice.literal(invocation_id) }},
        cast({{ sluice.literal(sluice.utc_now()) }} as {{ dbt.type_timestamp() }})
    from new_files
    left join row_counts on new_files.path = row_counts.path
{% endmacro %}


{% macro files_loaded_at(dataset) %}
    {# For loaded_at_query of a source: when the newest file that `dataset` has read was written, UTC. #}
    select max(modified_at)
    from {{ sluice.state_relation('files') }}
    where dataset = {{ sluice.literal(dataset) }} and status = 'INGESTED'
{% endmacro %}
