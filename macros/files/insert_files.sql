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
