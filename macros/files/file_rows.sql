{% macro file_rows(options, schema, files) %}
    {# The rows of files: the source's columns, _rescued_data and _metadata. Without files the same columns and no
       rows. #}
    {% set metadata_type = sluice.metadata_type() %}
    {% if not files %}
    select
        {%- for name, type in schema.columns.items() %}
        cast(null as {{ sluice.storage_type(type) }}) as {{ sluice.quote(name) }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as _rescued_data,
        cast(null as {{ metadata_type }}) as _metadata
    where false
    {% else %}
    {% set fields = sluice.file_fields(options, schema) %}
    {% set metadata = sluice.struct_expression({
        'file_path': '_sluice_files.path',
        'file_name': sluice.file_name_expression('_sluice_files.path'),
        'file_size': '_sluice_files.size',
        'file_modification_time': '_sluice_files.modified_at',
    }) %}
    select
        {{ sluice.typed_columns(fields) }}
        case
            when _sluice_texts is null then {{ sluice.corrupt_record_expression('_sluice_line') }}
            {%- if fields or schema.rescued %}
            when {{ sluice.rescue_condition(fields, schema) }}
                then {{ sluice.rescued_expression(sluice.rescued_fields(fields, schema)) }}
            {%- endif %}
        end as _rescued_data,
        cast({{ metadata }} as {{ metadata_type }}) as _metadata
    from (
        {{ sluice.typed_records(sluice.file_objects(options, schema, files), fields) }}
    ) as _sluice_records
    inner join (
        {{ sluice.listed_files(files) }}
    ) as _sluice_files
        on {{ sluice.path_expression('_sluice_records._sluice_path') }}
            = {{ sluice.path_expression('_sluice_files.path') }}
    {% endif %}
{% endmacro %}


{% macro metadata_type() %}
    {# The type of _metadata. #}
    {% do return(sluice.struct_type({
        'file_path': dbt.type_string(), 'file_name': dbt.type_string(), 'file_size': dbt.type_bigint(),
        'file_modification_time': dbt.type_timestamp(),
    })) %}
{% endmacro %}


{% macro file_objects(options, schema, files) %}
    {# A query of the records of files: _sluice_path, _sluice_line, and _sluice_object, the line where it is a JSON
       object. #}
    select
        _sluice_path,
        _sluice_line,
        case
            when {{ sluice.object_condition('_sluice_line', schema.duplicates) }} then _sluice_line
        end as _sluice_object
    from (
        {{ sluice.file_records(options, files, schema) }}
    ) as _sluice_lines
{% endmacro %}


{% macro file_fields(options, schema) %}
    {# The fields to read, for typed_records(). One that a folder of the path names too has the folder's value: what the
       line says in its place is rescued where it differs. A level that is missing leaves the field. #}
    {% set fields = [] %}
    {% for name, type in schema.columns.items() %}
        {% set field = sluice.typed_field(loop.index, name, type, options.format) %}
        {% if name in schema.partitions %}
            {% set level = sluice.path_level_expression('_sluice_path', name) %}
            {% set of_path = 'nullif(' ~ level ~ ", '__HIVE_DEFAULT_PARTITION__')" %}
            {% set field = dict(
                field,
                placed='case when ' ~ level ~ ' is null then ' ~ field.text ~ ' else ' ~ of_path ~ ' end',
                text='_sluice_text_' ~ loop.index,
                hidden=sluice.json_field_text('_sluice_line', name) ~ ' <> ' ~ level,
            ) %}
        {% elif options.format == 'csv' %}
            {% set field = sluice.field_as_written(field, options) %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {% do return(fields) %}
{% endmacro %}


{% macro rescue_condition(fields, schema) %}
    {# True for the lines of which something is to be rescued. #}
    {% set conditions = [] %}
    {% for field in fields if sluice.may_misfit(field) %}{% do conditions.append('not ' ~ field.fits) %}{% endfor %}
    {% for field in fields if field.hidden %}{% do conditions.append(field.hidden) %}{% endfor %}
    {% for name in schema.rescued %}
        {% do conditions.append(sluice.json_value('_sluice_line', name) ~ ' is not null') %}
    {% endfor %}
    {% for name in schema.repeated if name in schema.columns %}
        {% do conditions.append(sluice.json_repeated_value('null', '_sluice_line', name) ~ ' is not null') %}
    {% endfor %}
    {% do return(conditions | join('\n                or ') or 'false') %}
{% endmacro %}


{% macro rescued_fields(fields, schema) %}
    {# {name: its value as it stood in the line, as JSON, or null where it is not rescued}. #}
    {% set values = {} %}
    {% for field in fields if sluice.may_misfit(field) and not field.hidden %}
        {% do values.update({field.name: 'case when not ' ~ field.fits ~ ' then ' ~ field.json ~ ' end'}) %}
    {% endfor %}
    {% for field in fields if field.hidden %}
        {% do values.update({field.name: 'case when ' ~ field.hidden ~ ' then ' ~ field.json
            ~ ' when not ' ~ field.fits ~ ' then ' ~ sluice.json_of_text(field.text) ~ ' end'}) %}
    {% endfor %}
    {% for name in schema.rescued %}{% do values.update({name: sluice.json_value('_sluice_line', name)}) %}{% endfor %}
    {# What a header names twice is rescued but for the value that the column has. #}
    {% for name in schema.repeated if name in values %}
        {% do values.update({name: sluice.json_repeated_value(values[name], '_sluice_line', name)}) %}
    {% endfor %}
    {% do return(values) %}
{% endmacro %}


{% macro file_records(options, files, found) %}
    {# A query of all records of files: _sluice_path and _sluice_line, a text that should be a JSON object. `found` is
       what record_fields() returned ('texts' and 'headers'), or empty. #}
    {% do return(adapter.dispatch('file_records', 'sluice')(options, files, found)) %}
{% endmacro %}


{% macro path_level_expression(path, name) %}
    {# What a folder of a path says of a field (year=2026), as text, or null. #}
    {% do return(adapter.dispatch('path_level_expression', 'sluice')(path, name)) %}
{% endmacro %}
