{% macro duckdb__file_rows(options, schema, files) %}
    {% set names = schema.columns.keys() | list %}
    {% set metadata = 'STRUCT(file_path VARCHAR, file_name VARCHAR, file_size BIGINT, file_modification_time TIMESTAMP)' %}
    {% if not files %}
    select
        {%- for name in names %}
        null::{{ schema.columns[name] }} as {{ sluice.quote(name) }},
        {%- endfor %}
        null::VARCHAR as _rescued_data,
        null::{{ metadata }} as _metadata
    where false
    {% else %}
    with files as (
        {{ sluice.listed_files(files) }}
    ),

    -- what is no JSON object has no fields
    parsed as (
        select
            path,
            line,
            json_extract_string(object, [
                {%- for name in names %}{{ sluice.duckdb_json_pointer(name) }}{{ ', ' if not loop.last }}{% endfor -%}
            ]::varchar[]) as fields
        from (
            select path, line, case when {{ sluice.duckdb_is_object(schema) }} then line end as object
            from (
                {{ sluice.duckdb_records(options, files, schema.texts) }}
            )
        )
    ),
    {%- if schema.partitions %}

    placed as (
        select path, line, case when fields is not null then {{ sluice.duckdb_placed_fields(options, schema) }} end as fields
        from parsed
    ),
    {%- endif %}

    typed as (
        select
            *
            {%- for name in names %},
            {{ sluice.duckdb_typed_field(loop.index, name, schema.columns[name]) }} as field_{{ loop.index }}
            {%- endfor %}
        from {{ 'placed' if schema.partitions else 'parsed' }}
    ),

    judged as (
        select
            *
            {%- for name in names %},
            {{ sluice.duckdb_fits(options, loop.index, name, schema.columns[name]) }} as fits_{{ loop.index }}
            {%- endfor %}
        from typed
    )

    select
        {%- for name in names %}
        case when fits_{{ loop.index }} then field_{{ loop.index }} end as {{ sluice.quote(name) }},
        {%- endfor %}
        case
            when fields is null then json_object('_corrupt_record', coalesce(line, ''))::varchar
            {%- if names or schema.rescued %}
            when {{ sluice.duckdb_misfits(schema) }} then {{ sluice.duckdb_rescued(schema) }}
            {%- endif %}
        end as _rescued_data,
        {
            'file_path': files.path,
            'file_name': parse_filename(files.path),
            'file_size': files.size,
            'file_modification_time': files.modified_at
        }::{{ metadata }} as _metadata
    from judged
    inner join files using (path)
    {%- endif %}
{% endmacro %}
