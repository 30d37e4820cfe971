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


{% macro duckdb_placed_fields(options, schema) %}
    {# The fields with those that stand in the path: the path wins, and a level that is missing leaves the field. #}
    {% set fields = [] %}
    {% for name in schema.columns %}
        {% set field = 'fields[' ~ loop.index ~ ']' %}
        {% if name in schema.partitions %}
            {% set level = sluice.duckdb_path_level(name) %}
            {% set field = 'case when ' ~ level ~ ' is null then ' ~ field ~ ' else nullif(' ~ level ~ ", '__HIVE_DEFAULT_PARTITION__') end" %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {% do return('[' ~ fields | join(', ') ~ ']::varchar[]') %}
{% endmacro %}


{% macro duckdb_typed_field(number, name, type) %}
    {% set kind = type | upper | replace(' ', '') %}
    {% set text = 'fields[' ~ number ~ ']' %}
    {% if kind == 'VARCHAR' %}{% do return(text) %}{% endif %}
    {% if kind == 'JSON' %}
        {% do return('case when ' ~ text ~ ' is not null then json_extract(line, ' ~ sluice.duckdb_json_pointer(name) ~ ') end') %}
    {% endif %}
    {# As JSON, for a text cannot become a map. #}
    {% if sluice.duckdb_is_nested(type) %}{% set text = 'try_cast(' ~ text ~ ' as json)' %}{% endif %}
    {% do return('try_cast(' ~ text ~ ' as ' ~ type ~ ')') %}
{% endmacro %}


{% macro duckdb_fits(options, number, name, type) %}
    {# Casts round and guess (1.5 to an integer, yes to a boolean): what does not read back the same is no fit.
       A number is text as well (as in Lakeflow), an object or a list is not. #}
    {% set field = 'field_' ~ number %}
    {% set text = 'fields[' ~ number ~ ']' %}
    {% set kind = type | upper | replace(' ', '') %}
    {% if kind == 'JSON' %}{% do return('true') %}{% endif %}
    {% if kind == 'VARCHAR' %}
        {# A case looks at the line once more for the few texts that may be an object or a list; an or would for all. #}
        {% do return(
            'case when starts_with(' ~ text ~ ", '{') or starts_with(" ~ text ~ ", '[') then json_type(line, "
            ~ sluice.duckdb_json_pointer(name) ~ ") = 'VARCHAR' else true end"
        ) %}
    {% endif %}
    {% if kind in (
        'TINYINT', 'SMALLINT', 'INTEGER', 'INT', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER',
        'UBIGINT', 'BOOLEAN', 'DATE',
    ) %}
        {% do return('coalesce(' ~ field ~ '::varchar = ' ~ text ~ ', ' ~ text ~ ' is null)') %}
    {% endif %}
    {% if sluice.duckdb_is_nested(type) %}
        {% set same = sluice.duckdb_same_nested(kind, field, text) %}
    {% elif kind.startswith(('DECIMAL', 'NUMERIC')) %}
        {% set same = sluice.duckdb_same_decimal(options, field, text) %}
    {% elif kind in ('DOUBLE', 'FLOAT8', 'FLOAT', 'REAL', 'FLOAT4') %}
        {# Beyond the range of the type, or a whole number that it does not have. #}
        {% set same = '(isfinite(' ~ field ~ ') or not regexp_matches(' ~ text ~ ", '[0-9]')) and (not regexp_full_match(" ~ text
            ~ ", '-?[0-9]{8,38}') or coalesce(try_cast(" ~ field ~ ' as hugeint) = try_cast(' ~ text ~ ' as hugeint), false))' %}
    {% elif kind.startswith(('TIMESTAMP', 'DATETIME')) %}
        {% set same = sluice.duckdb_same_moment(kind, text) %}
    {% else %}
        {% set same = 'true' %}
    {% endif %}
    {% do return('case when ' ~ text ~ ' is null then true when ' ~ field ~ ' is null then false else ' ~ same ~ ' end') %}
{% endmacro %}


{% macro duckdb_same_decimal(options, field, text) %}
    {# Equal as text, or as numbers of at most 12 decimals. A JSON number comes by way of a double: where its text does
       not stand in the line, it was rounded. #}
    {% set same = "(regexp_full_match(" ~ text ~ ", '[^.eE]*([.][0-9]{0,12}0*)?([eE][+]?[0-9]+)?') and coalesce("
        ~ field ~ ' = try_cast(' ~ text ~ ' as decimal(38, 12)), false))' %}
    {% set same = '(' ~ field ~ '::varchar = ' ~ text ~ ' or ' ~ same ~ ')' %}
    {% do return(same ~ (' and contains(line, ' ~ text ~ ')' if options.format == 'json' else '')) %}
{% endmacro %}


{% macro duckdb_same_moment(kind, text) %}
    {# What a cast to a timestamp drops in silence: decimals beyond its own, and an offset that is not UTC where the
       type has no zone. #}
    {% set digits = {'TIMESTAMP_S': 0, 'TIMESTAMP_MS': 3, 'TIMESTAMP_NS': 9}.get(kind, 6) %}
    {% set lost = ['[.][0-9]{' ~ digits ~ '}[0-9]*[1-9]'] %}
    {% if 'ZONE' not in kind and kind != 'TIMESTAMPTZ' %}
        {% do lost.append(':[0-9.]+ *[+-](0[1-9]|1[0-9]|00:?[0-9]*[1-9])') %}
    {% endif %}
    {% do return('not regexp_matches(' ~ text ~ ", '" ~ lost | join('|') ~ "')") %}
{% endmacro %}


{% macro duckdb_same_nested(kind, field, text) %}
    {# A cast makes null of an element that does not fit and drops a key that the type does not have. Both sides are
       compared as their sorted words, without those keys that are null; moments, which are spelled in many ways, by
       how many words and nulls there are. #}
    {% set sides = [] %}
    {% for json in ('to_json(' ~ field ~ ')::varchar', 'json(' ~ text ~ ')::varchar') %}
        {% set words = "regexp_extract_all(regexp_replace(" ~ json ~ ", '\"(?:[^\"\\\\]|\\\\.)*\":null', '', 'g'), '\"(?:[^\"\\\\]|\\\\.)*\"|[^][{}:,]+')" %}
        {% do sides.append(
            'list_transform(' ~ words ~ ", lambda word: word = 'null')" if 'TIME' in kind or 'DATE' in kind else words) %}
    {% endfor %}
    {% do return('coalesce(list_sort(' ~ sides[0] ~ ') = list_sort(' ~ sides[1] ~ '), false)') %}
{% endmacro %}


{% macro duckdb_misfits(schema) %}
    {% set tests = [] %}
    {% for name, type in schema.columns.items() if type | upper != 'JSON' %}
        {% do tests.append('not fits_' ~ ((schema.columns.keys() | list).index(name) + 1)) %}
    {% endfor %}
    {% for name in schema.partitions %}{% do tests.append(sluice.duckdb_hidden_by_path(name)) %}{% endfor %}
    {% for field in schema.rescued %}
        {% do tests.append('json_exists(line, ' ~ sluice.duckdb_json_pointer(field) ~ ')') %}
    {% endfor %}
    {% do return(tests | join('\n                or ') or 'false') %}
{% endmacro %}


{% macro duckdb_rescued(schema) %}
    {# An object of the fields that did not fit, each with its value as it stood in the line. #}
    {%- set names = schema.columns.keys() | list %}
    to_json(map_from_entries(list_filter([
        {%- for name, type in schema.columns.items() if type | upper != 'JSON' and name not in schema.partitions %}
                {'k': {{ sluice.literal(name) }}, 'v': case when not fits_{{ names.index(name) + 1 }} then json_extract(line, {{ sluice.duckdb_json_pointer(name) }}) end},
        {%- endfor %}
        {%- for name in schema.partitions %}
                {'k': {{ sluice.literal(name) }}, 'v': case
                    when {{ sluice.duckdb_hidden_by_path(name) }} then json_extract(line, {{ sluice.duckdb_json_pointer(name) }})
                    when not fits_{{ names.index(name) + 1 }} then to_json(fields[{{ names.index(name) + 1 }}])
                end},
        {%- endfor %}
        {%- for field in schema.rescued %}
                {'k': {{ sluice.literal(field) }}, 'v': json_extract(line, {{ sluice.duckdb_json_pointer(field) }})},
        {%- endfor %}
            ], lambda field: field.v is not null)))::varchar
{%- endmacro %}
