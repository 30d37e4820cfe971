{% macro spark__record_fields(options, known, files) %}
    {% if options.format == 'parquet' %}{% do return(sluice.spark_parquet_fields(known, files)) %}{% endif %}
    {% set nothing = {
        'kinds': {}, 'types': {}, 'texts': {}, 'duplicates': false, 'headers': {}, 'repeated': [], 'later': [],
    } %}
    {# What text and binary files have is known. #}
    {% if options.format == 'binary' %}{% do return(nothing) %}{% endif %}
    {% set named = sluice.spark_csv_names(options, files) if options.format == 'csv' and options.header else {} %}
    {% set kinds, duplicates = {}, [] %}
    {% for name in named.get('names', []) if name not in known %}{% do kinds.update({name: []}) %}{% endfor %}
    {% for row in sluice.query_rows(sluice.spark_fields(options, known, files)) %}
        {% if row.is_twice %}{% do duplicates.append(row.name) %}{% endif %}
        {% if row.name not in known + ['_sluice_path', '_sluice_repeated'] %}
            {% set found = kinds.setdefault(row.name, []) %}
            {% if row.kind not in found + [none, ''] %}{% do found.append(row.kind) %}{% endif %}
        {% endif %}
    {% endfor %}
    {% do return(dict(nothing, kinds=kinds, duplicates=duplicates | length > 0, **named)) %}
{% endmacro %}


{% macro spark_fields(options, known, files) %}
    {# A query of the fields of records: name, kind (one of the kinds of its values; none of a known field), is_twice
       (whether an object names it twice). Of CSV a field has one kind, that of all its values. #}
    {% set names = [] %}
    {% for name in known %}{% do names.append(sluice.literal(name)) %}{% endfor %}
    {% set is_new = 'name not in (' ~ names | join(', ') ~ ')' if names else 'true' %}
    {% set has_new = 'exists(keys, name -> ' ~ is_new ~ ')' if names else 'true' %}
    with _sluice_objects as (
        select _sluice_line as line
        from (
            {{ sluice.file_records(options, files, {}) }}
        ) as _sluice_lines
        where {{ sluice.object_condition('_sluice_line', false) }}
    ),

    _sluice_keys as (
        select line, keys, case when {{ has_new }} then {{ sluice.spark_json_map('line') }} end as fields
        from (select line, json_object_keys(line) as keys from _sluice_objects) as _sluice_lines
    ),

    _sluice_names as (
        select line, fields, size(keys) <> size(array_distinct(keys)) as is_twice, explode(keys) as name
        from _sluice_keys
    ),

    _sluice_values as (
        select name, {{ is_new }} as is_new, line, fields[name] as text, is_twice
        from _sluice_names
    )

    {% if options.format == 'json' -%}
    select
        name,
        case when is_new then {{ sluice.spark_kind_expression() }} end as kind,
        max(is_twice) as is_twice
    from _sluice_values
    group by 1, 2
    {%- else -%}
    select name, {{ sluice.spark_csv_kind_expression(options) }} as kind, false as is_twice
    from _sluice_values
    group by name
    {%- endif %}
{% endmacro %}


{% macro spark_kind_expression() %}
    {# The kind of the value that has this text: see inferred_type(). A text that would be another value without its
       quotation marks is looked up in the line, where it stands in such marks or begins as a list or an object. #}
    {% set other = sluice.literal('^([{\\[]|true$|false$|-?[0-9]+([.][0-9]+)?(E-?[0-9]+)?$)') %}
    case
        when text is null then null
        when not text rlike {{ other }} then 'VARCHAR'
        when (instr(line, concat('"', text, '"')) > 0 or text rlike {{ sluice.literal('^[{\\[]') }})
            and startswith(get_json_object(concat('[', line, ']'), concat('$[*][\'', name, '\']')), '"') then 'VARCHAR'
        when startswith(text, '{') then 'OBJECT'
        when startswith(text, '[') then 'ARRAY'
        when text in ('true', 'false') then 'BOOLEAN'
        when text rlike '[.E]' then 'DOUBLE'
        when try_cast(text as bigint) is not null then 'BIGINT'
        when try_cast(text as decimal(38, 0)) between 0 and 18446744073709551615 then 'UBIGINT'
        else 'DOUBLE'
    end
{%- endmacro %}


{% macro spark_csv_kind_expression(options) %}
    {# An aggregate that names the kind as which all values of a field read back the same: those of a CSV file are
       text. #}
    {% set number = sluice.number_as_written('text', options) if sluice.has_number_marks(options) else 'text' %}
    {% set double = sluice.spark_number_text('cast(try_cast(' ~ number ~ ' as double) as string)', "''") %}
    {% do return(
        "case when count(text) = 0 then '' "
        ~ "when bool_and(text is null or text in ('true', 'false')) then 'BOOLEAN' "
        ~ "when bool_and(text is null or coalesce(cast(try_cast(" ~ number ~ " as bigint) as string) = " ~ number
        ~ ", false)) then 'BIGINT' "
        ~ "when bool_and(text is null or (" ~ number ~ " rlike '^(0|-?[1-9][0-9]*|-?[0-9]+[.][0-9]+)\\\\z' and "
        ~ "coalesce(" ~ double ~ " in (" ~ number ~ ", concat(" ~ number
        ~ ", '.0')), false))) then 'DOUBLE' else '' end"
    ) %}
{% endmacro %}


{% macro spark__numbers_of_fields(options, files) %}
    {% set numbers = {} %}
    {% for query in sluice.spark_csv_queries(dict(options, names=[]), files, sluice.spark_csv_numbers_query()) %}
        {% for row in sluice.query_rows(query) %}{% do numbers.update({row.path: row.number | int}) %}{% endfor %}
    {% endfor %}
    {% do return(numbers) %}
{% endmacro %}


{% macro spark_csv_numbers_query() %}
    {# How many fields most records of a file have, of rows taken apart: see spark_csv_queries(). Of numbers that as
       many records have it is the largest. #}
    select path, max_by(number, named_struct('records', records, 'number', number)) as number
    from (
        select path, size(fields) as number, count(*) as records
        from _sluice_rows
        where fields is not null
        group by path, size(fields)
    )
    group by path
{%- endmacro %}


{% macro spark_parquet_readers(files) %}
    {# {path: the name of its reader}: files with the same columns have one. What Spark cannot open has none. #}
    {% set readers, kinds = {}, {} %}
    {% for file in files %}
        {% set head = [] %}
        {% for contents in sluice.spark_contents([file.path], 'whole') if file.size | int < 268435456 %}
            {% do head.extend(sluice.query_rows('select hex(substr(content, 1, 4)) as head, '
                ~ 'hex(substr(content, -4)) as tail from (' ~ contents ~ ') as _sluice_contents')) %}
        {% endfor %}
        {% if not head or (head[0].head == '50415231' and head[0].tail == '50415231') %}
            {% set columns = sluice.spark_parquet_columns([file.path]) %}
            {% set kind = tojson(sluice.names_and_types(columns)) %}
            {% do readers.update({file.path: 'parquet_' ~ kinds.setdefault(kind, kinds | length)}) %}
        {% endif %}
    {% endfor %}
    {% do return(readers) %}
{% endmacro %}


{% macro spark_parquet_columns(paths) %}
    {# The columns of Parquet files, which have them all. #}
    {% set views = sluice.spark_file_views('parquet', paths, {}) %}
    {% do return(sluice.query_columns('select * from ' ~ views[0]) if views else []) %}
{% endmacro %}


{% macro spark_parquet_fields(known, files) %}
    {# A Parquet file says its types itself; nested ones become JSON, as everywhere. #}
    {% set types = {} %}
    {% for reader, chosen in files | groupby('reader') %}
        {% for column in sluice.spark_parquet_columns([chosen[0].path]) if column.name not in known %}
            {% set family = sluice.type_family(column.dtype) %}
            {# With the session in UTC both of Spark's timestamps say the same. #}
            {% set type = 'JSON' if family == 'nested' else column.dtype | upper | replace('_NTZ', '') %}
            {% set other = types.get(column.name, type) %}
            {% do types.update({column.name: type if type == other else sluice.spark_common_type(type, other)}) %}
        {% endfor %}
    {% endfor %}
    {% do return({
        'kinds': {}, 'types': types, 'texts': {}, 'duplicates': false, 'headers': {}, 'repeated': [], 'later': [],
    }) %}
{% endmacro %}


{% macro spark_common_type(one, other) %}
    {# The type that takes the values of both: of numbers Spark knows it, else it is text. #}
    {% if 'JSON' in (one, other) %}{% do return('JSON') %}{% endif %}
    {% set numbers = ['whole', 'decimal', 'float'] %}
    {% if sluice.type_family(one) not in numbers or sluice.type_family(other) not in numbers %}
        {% do return(sluice.type_text()) %}
    {% endif %}
    {% set both = 'coalesce(cast(null as ' ~ one ~ '), cast(null as ' ~ other ~ '))' %}
    {% do return(sluice.query_columns('select ' ~ both ~ ' as _sluice_both')[0].dtype | upper) %}
{% endmacro %}


{% macro spark_parquet_records(options, paths) %}
    {# Queries of path and line of Parquet files with the same columns. A number that JSON would round is a text. #}
    {% set selected = [] %}
    {% for column in sluice.spark_parquet_columns(paths[:1]) %}
        {% set name, family = sluice.quote(column.name), sluice.type_family(column.dtype) %}
        {% do selected.append(
            'cast(' ~ name ~ ' as string) as ' ~ name if family in ('decimal', 'timestamp', 'date')
            else "regexp_replace(hex(" ~ name ~ "), '(..)', '\\\\\\\\x$1') as " ~ name if family == 'bytes'
            else name) %}
    {% endfor %}
    {% set queries = [] %}
    {% for view in sluice.spark_file_views('parquet', paths, {}) %}
        {% do queries.append('select ' ~ sluice.spark_read_path() ~ ' as _sluice_path, to_json(struct('
            ~ selected | join(', ') ~ "), map('ignoreNullFields', 'false', 'timestampFormat', "
            ~ "'yyyy-MM-dd HH:mm:ss.SSSSSS')) as _sluice_line from " ~ view) %}
    {% endfor %}
    {% do return(queries) %}
{% endmacro %}
