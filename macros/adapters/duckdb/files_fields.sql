{% macro duckdb__record_fields(options, known, files) %}
    {% if options.format == 'parquet' %}{% do return(sluice.duckdb_parquet_fields(options, known, files)) %}{% endif %}
    {% if options.format == 'binary' %}
        {# What they have is known, and would be read for it. #}
        {% do return({
            'kinds': {}, 'types': {}, 'texts': {}, 'duplicates': false, 'headers': {}, 'repeated': [], 'later': [],
        }) %}
    {% endif %}
    {% set objects = sluice.duckdb_objects(options, files, {}) %}
    {% set found = sluice.query_rows(sluice.duckdb_fields(objects)) %}
    {% set named = sluice.duckdb_csv_names(options, found | map(attribute='field') | list, files) %}
    {% if named.headers %}
        {% set objects = sluice.duckdb_objects(options, files, named) %}
        {% set found = sluice.query_rows(sluice.duckdb_fields(objects)) %}
    {% endif %}
    {% set fields = found | map(attribute='field') | unique(case_sensitive=true)
        | reject('in', known + ['_sluice_path']) | sort %}
    {% set kinds = {} %}
    {% if fields and options.format == 'json' %}
        {# One pass with a row for each value: an aggregate a field would keep memory for each of them and each vector,
           which for 300 fields is gigabytes. #}
        {% set pointers = [] %}
        {% for field in fields %}{% do pointers.append(sluice.duckdb_json_pointer(field)) %}{% endfor %}
        {% set query %}
            select number, string_agg(kind, ' ' order by kind asc) as kinds
            from (
                select distinct unnest(range(1, {{ fields | length + 1 }})) as number, unnest(types) as kind
                from (select json_type(_sluice_line, [{{ pointers | join(', ') }}]::varchar[]) as types {{ objects }})
            )
            where kind <> 'NULL'
            group by number
        {% endset %}
        {% for field in fields %}{% do kinds.update({field: []}) %}{% endfor %}
        {% for row in sluice.query_rows(query) %}
            {% do kinds.update({fields[row.number | int - 1]: row.kinds.split(' ')}) %}
        {% endfor %}
    {% elif fields %}
        {% set expressions = [] %}
        {% for field in fields %}
            {% do expressions.append(sluice.duckdb_kinds_expression(options, field) ~ ' as field_' ~ loop.index) %}
        {% endfor %}
        {% set row = sluice.query_rows('select ' ~ expressions | join(', ') ~ objects)[0] %}
        {% for field in fields %}
            {% do kinds.update({field: row['field_' ~ loop.index].split(' ') | reject('equalto', '') | list}) %}
        {% endfor %}
    {% endif %}
    {% do return(dict(
        named, kinds=kinds, types={}, texts={},
        duplicates=options.format == 'json' and found | selectattr('duplicates') | list | length > 0,
    )) %}
{% endmacro %}


{% macro duckdb_objects(options, files, found) %}
    {# From and where of the records that are JSON objects. #}
    from ({{ sluice.file_records(options, files, found) }})
    where {{ sluice.object_condition('_sluice_line', false) }}
{% endmacro %}


{% macro duckdb_fields(objects) %}
    {# A query of the fields of these objects, and whether one names a field twice. Distinct as texts, which are
       compared faster than lists. #}
    select unnest(names) as field, len(names) <> len(list_distinct(names)) as duplicates
    from (
        select from_json(names, '["VARCHAR"]') as names
        from (select distinct to_json(json_keys(_sluice_line))::varchar collate "binary" as names {{ objects }})
    )
{% endmacro %}


{% macro duckdb_parquet_fields(options, known, files) %}
    {# A Parquet file says its types itself; nested ones become JSON, as everywhere. 'texts' are the columns of each
       group of files that a JSON number would round. #}
    {% set types, texts = {}, {} %}
    {% for reader, chosen in files | groupby('reader') %}
        {% set paths = sluice.duckdb_paths(chosen | map(attribute='path')) %}
        {% set source = sluice.duckdb_table_reader(options, paths, reader) %}
        {% set exact = [] %}
        {% for column in sluice.query_columns('select * exclude (_sluice_path) from ' ~ source) %}
            {% set dtype = column.dtype %}
            {% set nested = sluice.type_family(dtype) == 'nested' or dtype.startswith(('UNION', 'VARIANT')) %}
            {% set type = 'JSON' if nested else 'VARCHAR' if dtype.startswith('ENUM') else dtype %}
            {% set other = types.get(column.name, type) %}
            {% if column.name not in known %}
                {% do types.update({
                    column.name: type if type == other else 'JSON' if 'JSON' in (type, other) else 'VARCHAR',
                }) %}
            {% endif %}
            {% if dtype.startswith(('DECIMAL', 'HUGEINT', 'UHUGEINT')) %}{% do exact.append(column.name) %}{% endif %}
        {% endfor %}
        {% do texts.update({reader: exact}) %}
    {% endfor %}
    {% do return({
        'kinds': {}, 'types': types, 'texts': texts, 'duplicates': false, 'headers': {}, 'repeated': [], 'later': [],
    }) %}
{% endmacro %}


{% macro duckdb_kinds_expression(options, field) %}
    {# An aggregate that names the kind as which all values of a field read back the same: those of a CSV file are
       text. #}
    {% set text = sluice.json_field_text('_sluice_line', field) %}
    {% set number = sluice.number_as_written(text, options) if sluice.has_number_marks(options) else text %}
    {% do return(
        "case when count(" ~ text ~ ") = 0 then '' "
        ~ "when bool_and(" ~ text ~ " in ('true', 'false')) then 'BOOLEAN' "
        ~ "when bool_and(coalesce(try_cast(" ~ number ~ " as bigint)::varchar = " ~ number ~ ", " ~ text ~ " is null)) "
        ~ "then 'BIGINT' "
        ~ "when bool_and(regexp_full_match(" ~ number ~ ", '0|-?[1-9][0-9]*|-?[0-9]+[.][0-9]+') and try_cast(" ~ number
        ~ " as double)::varchar in (" ~ number ~ ", " ~ number ~ " || '.0')) "
        ~ "then 'DOUBLE' else '' end"
    ) %}
{% endmacro %}


{% macro duckdb__numbers_of_fields(options, files) %}
    {# DuckDB names the fields of all files together, so delimiters are counted, without those in quotation marks: most
       lines of a file have as many. What seems to differ is looked at by itself. #}
    {% set numbers, of_rows = {}, [] %}
    {% for reader, chosen in files | groupby('reader') if reader.startswith('rows') %}
        {% do of_rows.append(sluice.duckdb_csv_records(
            options, reader, sluice.duckdb_paths(chosen | map(attribute='path')))) %}
    {% endfor %}
    {% for records in of_rows %}
        {% set query %}
            with {{ records }},

            {{ sluice.duckdb_numbers('select path, len(fields) as number from _sluice_rows') }}
        {% endset %}
        {% for file in sluice.query_rows(query) %}{% do numbers.update({file.path: file.number | int}) %}{% endfor %}
    {% endfor %}
    {% set paths = [] %}
    {% for file in files if not file.reader.startswith(('rows', 'nothing')) %}
        {% do paths.append(file.path) %}
    {% endfor %}
    {% if not paths %}{% do return(numbers) %}{% endif %}
    {% set quote = modules.re.escape(options.quote) %}
    {% set quoted = sluice.literal(quote ~ '[^' ~ quote ~ ']*' ~ quote) %}
    {% set bare = 'regexp_replace(_sluice_line, ' ~ quoted ~ ", '', 'g')" if quote else '_sluice_line' %}
    {% set number = 'len(' ~ bare ~ ') - len(replace(' ~ bare ~ ', ' ~ sluice.literal(options.delimiter) ~ ", ''))" %}
    {% set lines %}
        select filename as path, {{ number }} as number
        from {{ sluice.duckdb_lines(sluice.duckdb_paths(paths), sluice.duckdb_native_encoding(options)) }}
        where _sluice_line <> ''
    {% endset %}
    {% set query %}
        with {{ sluice.duckdb_numbers(lines) }}
    {% endset %}
    {% for file in sluice.query_rows(query) %}
        {% set columns = sluice.query_columns('select * exclude (_sluice_path) from '
            ~ sluice.duckdb_table_reader(dict(options, names=[]), sluice.duckdb_paths([file.path]), 'wide')) %}
        {% do numbers.update({file.path: columns | length}) %}
    {% endfor %}
    {% do return(numbers) %}
{% endmacro %}


{% macro duckdb_numbers(lines) %}
    {# The number that most lines of a file have, with a file of each: `lines` is a query of (path, number). Of numbers
       that as many lines have it is the largest, for a bad line lacks fields more often than it has too many. #}
    _sluice_counted as (
        select path, number, count(*) as lines
        from ({{ lines }})
        group by path, number
    ),

    _sluice_numbered as (
        select path, max_by(number, (lines, number)) as number
        from _sluice_counted
        group by path
    )

    select min(path collate "binary") as path, number
    from _sluice_numbered
    group by number
{%- endmacro %}
