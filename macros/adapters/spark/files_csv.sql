{% macro spark_csv_records(options, contents) %}
    {# A query of path and line of CSV files, of a query of path and content (bytes). Spark's own reader goes by the
       place of a field, whatever the header says, and cuts what does not fit; here one row that does not fit costs
       only itself. By a view, for Spark's analysis goes through a query a hundred times at most, some times a level. #}
    {% set query = sluice.spark_csv_rows(options, contents) ~ '\n' ~ sluice.spark_csv_lines(options) %}
    {% set view = sluice.spark_view_name(query) %}
    {% do sluice.run_statement('create or replace temporary view ' ~ view ~ ' as\n' ~ query) %}
    {% do return('select _sluice_path, _sluice_line from ' ~ view) %}
{% endmacro %}


{% macro spark_csv_queries(options, files, query) %}
    {# Queries over _sluice_files and _sluice_rows of CSV files. #}
    {% set queries = [] %}
    {% for reader, chosen in files | groupby('reader') %}
        {% for contents in sluice.spark_contents(chosen | map(attribute='path') | list, reader) %}
            {% do queries.append(sluice.spark_csv_rows(options, contents) ~ '\n' ~ query) %}
        {% endfor %}
    {% endfor %}
    {% do return(queries) %}
{% endmacro %}


{% macro spark_bad_csv_files(options, readers) %}
    {# Files without a readable header, or with rows of which none fits it; in the mode failfast, not all. #}
    {% set query %}
        select path
        from _sluice_rows
        group by path
        having {{ 'bool_or' if options.mode == 'failfast' else 'bool_and' }}(
            fields is null or size(fields) <> size(names)
        )
        union
        select path
        from _sluice_files
        where content is null or (content rlike '[^\\r\\n]' and names is null and {{ options.header }})
    {% endset %}
    {% set files, bad = [], [] %}
    {% for path, reader in readers.items() %}{% do files.append({'path': path, 'reader': reader}) %}{% endfor %}
    {% for asked in sluice.spark_csv_queries(options, files, query) %}
        {% do bad.extend(sluice.query_rows(asked) | map(attribute='path')) %}
    {% endfor %}
    {% do return(bad) %}
{% endmacro %}


{% macro spark_csv_names(options, files) %}
    {# {'names': of all headers, 'repeated': those that stand twice in one, 'later': spellings of a name that come after
       another one}. #}
    {% set query = 'select path, to_json(names) as header from _sluice_files where names is not null and content rlike '
        ~ sluice.literal('[^\\r\\n]') %}
    {% set headers, all, repeated, later, first = [], [], [], [], {} %}
    {% for asked in sluice.spark_csv_queries(options, files, query) %}
        {% do headers.extend(sluice.query_rows(asked)) %}
    {% endfor %}
    {% for row in headers | sort(attribute='path', case_sensitive=true) %}
        {% set names = fromjson(row.header) %}
        {% do all.extend(names) %}
        {% for name in names %}
            {% if names.count(name) > 1 %}{% do repeated.append(name) %}{% endif %}
            {% if first.setdefault(name | lower, name) != name %}{% do later.append(name) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% do return({
        'names': all | unique(case_sensitive=true) | list,
        'repeated': repeated | unique(case_sensitive=true) | list, 'later': later | unique(case_sensitive=true) | list,
    }) %}
{% endmacro %}


{% macro spark_csv_rows(options, contents) %}
    {# The CTEs of CSV files taken apart: _sluice_files (path, content, names) and _sluice_rows (path, names, record,
       fields as they are written, null where quotation marks make no sense). #}
    {% set patterns = sluice.spark_csv_patterns(options) %}
    {% set lead = sluice.literal('^' ~ patterns.lead) %}
    with _sluice_texts as (
        {{ sluice.spark_csv_texts(options, contents) }}
    ),

    _sluice_heads as (
        select
            path,
            content,
            {% if options.header -%}
            regexp_extract(content, {{ sluice.literal('^' ~ patterns.lead ~ patterns.piece) }}, 0) as head
            {%- else -%}
            '' as head
            {%- endif %}
        from _sluice_texts
    ),

    _sluice_files as (
        select
            path,
            content,
            head,
            {% if options.header -%}
            transform(
                {{ sluice.spark_csv_fields('regexp_replace(head, ' ~ lead ~ ", '')", patterns) }},
                (name, i) -> coalesce(
                    nullif(trim(both ' \t\n\f\r' from {{ sluice.spark_csv_value(options, 'name') }}), ''),
                    concat('column', i)
                )
            ) as names
            {%- elif options.names -%}
            from_json({{ sluice.literal(tojson(options.names)) }}, 'array<string>') as names
            {%- else -%}
            cast(null as array<string>) as names
            {%- endif %}
        from _sluice_heads
    ),

    _sluice_pieces as (
        select
            path,
            names,
            explode(regexp_extract_all(
                substr(content, length(head) + 1), {{ sluice.literal(patterns.piece) }}, 0
            )) as piece
        from _sluice_files
    ),

    _sluice_taken as (
        select
            path,
            names,
            regexp_replace(piece, '\\r?\\n\\z', '') as record,
            {{ sluice.spark_csv_fields('piece', patterns) }} as fields
        from _sluice_pieces
        where piece <> ''
        {%- if options.comment %} and not startswith(piece, {{ sluice.literal(options.comment) }}){% endif %}
    ),

    _sluice_named as (
        select
            path,
            {% if options.header or options.names -%}
            names,
            {%- else -%}
            {#- Of numbers of fields that as many records have it is the largest. -#}
            transform(
                sequence(1, max_by(size(fields), named_struct('records', records, 'number', size(fields)))
                    over (partition by path)),
                i -> concat('column', i - 1)
            ) as names,
            {%- endif %}
            record,
            fields
        from {% if options.header or options.names %}_sluice_taken{% else -%}
        (
            select *, count(*) over (partition by path, size(fields)) as records
            from _sluice_taken
        )
        {%- endif %}
    ),

    _sluice_rows as (
        select *
        from _sluice_named
        {#- A blank line is a row only where there is one field. #}
        where record <> '' or size(names) = 1
    )
{%- endmacro %}


{% macro spark_csv_lines(options) %}
    {# The records of _sluice_rows as JSON. A name that comes again has its later values in a field of ours. #}
    {% set nulls = [] %}
    {% for text in [''] + options.null_value %}{% do nulls.append(sluice.literal(text)) %}{% endfor %}
    {% set value = sluice.spark_csv_value(options, 'f') %}
    {% set json = "coalesce(" ~ sluice.json_of_text('p.v') ~ ", 'null')" %}
    select
        path as _sluice_path,
        case
            when fields is null or size(fields) <> size(names) then {{ sluice.corrupt_record_expression(
                'replace(record, ' ~ sluice.spark_bad_mark() ~ ", '')") }}
            else concat(
                '{',
                array_join(transform(
                    filter(pairs, (p, i) -> array_position(names, p.n) = i + 1),
                    p -> concat({{ sluice.json_of_text('p.n') }}, ':', {{ json }})
                ), ','),
                case when size(names) = size(array_distinct(names)) then '' else concat(
                    ',"_sluice_repeated":{',
                    array_join(transform(
                        filter(array_distinct(names), n -> size(filter(names, m -> m = n)) > 1),
                        n -> concat({{ sluice.json_of_text('n') }}, ':[', array_join(transform(
                            filter(pairs, (p, i) -> p.n = n and array_position(names, n) < i + 1), p -> {{ json }}
                        ), ','), ']')
                    ), ','),
                    '}'
                ) end,
                '}'
            )
        end as _sluice_line
    from (
        select *, arrays_zip(n, v) as pairs
        from (
            select
                *,
                names as n,
                transform(transform(fields, f -> {{ value }}), v -> case
                    when v not in ({{ nulls | join(', ') }}) then v
                end) as v
            from _sluice_rows
        ) as _sluice_values
    ) as _sluice_zipped
{%- endmacro %}


{% macro spark_csv_patterns(options) %}
    {# The regular expressions of CSV: 'field', 'record' (without its end), 'piece' (a line of comment, a record with
       its end, or else a line), 'lead' (what may stand before the header). Possessive, for Java's others go as deep
       into the stack as a text is long. #}
    {% set delimiter = sluice.literal_pattern(options.delimiter) %}
    {% set quote, escape = sluice.literal_pattern(options.quote), sluice.literal_pattern(options.escape) %}
    {% set spaces = '' if options.delimiter == ' ' else ' *+' %}
    {% set bare = '[^' ~ delimiter ~ '\\r\\n]*+' %}
    {% set inside = '[^' ~ quote ~ ']*+(?:' ~ quote ~ quote ~ '[^' ~ quote ~ ']*+)*+' if quote == escape
        else '(?:[^' ~ quote ~ escape ~ ']|' ~ escape ~ '(?s:.))*+' %}
    {% set field = '(?:' ~ spaces ~ quote ~ inside ~ quote ~ spaces ~ '(?=' ~ delimiter ~ '|\\r?\\n|\\z)|' ~ spaces
        ~ '[^' ~ quote ~ ' ' ~ delimiter ~ '\\r\\n]' ~ bare ~ '|' ~ spaces ~ ')' if quote else bare %}
    {% set record = field ~ '(?:' ~ delimiter ~ field ~ ')*+' %}
    {% set comment = sluice.literal_pattern(options.comment) ~ '[^\\n]*+(?:\\n|\\z)' if options.comment else '' %}
    {% do return({
        'delimiter': options.delimiter,
        'field': delimiter ~ '(' ~ field ~ ')',
        'record': record,
        'piece': '(?:' ~ (comment ~ '|' if comment else '') ~ record ~ '(?:\\r?\\n|\\z)|[^\\n]*+\\n|[^\\n]++\\z)',
        'lead': '(?:' ~ (comment ~ '|' if comment else '') ~ '\\r?\\n)*+',
    }) %}
{% endmacro %}


{% macro spark_csv_fields(piece, patterns) %}
    {# The fields of a record as they are written, or null where it is none. #}
    {% set record = 'regexp_replace(' ~ piece ~ ", '\\\\r?\\\\n\\\\z', '')" %}
    {% do return(
        'case when instr(' ~ piece ~ ', ' ~ sluice.spark_bad_mark() ~ ') = 0 and ' ~ record ~ ' rlike '
        ~ sluice.literal('\\A' ~ patterns.record ~ '\\z') ~ ' then regexp_extract_all(concat('
        ~ sluice.literal(patterns.delimiter) ~ ', ' ~ record ~ '), ' ~ sluice.literal(patterns.field) ~ ', 1) end'
    ) %}
{% endmacro %}


{% macro spark_csv_value(options, field) %}
    {# The value of a field, without its quotation marks. #}
    {% if not options.quote %}{% do return(field) %}{% endif %}
    {% set quote = sluice.literal(options.quote) %}
    {% set inner = 'substr(trim(' ~ field ~ '), 2, length(trim(' ~ field ~ ')) - 2)' %}
    {% set plain = 'replace(' ~ inner ~ ', ' ~ sluice.literal(options.quote * 2) ~ ', ' ~ quote ~ ')'
        if options.quote == options.escape
        else 'regexp_replace(' ~ inner ~ ', ' ~ sluice.literal('(?s)' ~ sluice.literal_pattern(options.escape) ~ '(.)')
            ~ ", '$1')" %}
    {% do return('case when startswith(ltrim(' ~ field ~ '), ' ~ quote ~ ') then ' ~ plain ~ ' else ' ~ field
        ~ ' end') %}
{% endmacro %}


{% macro spark_csv_texts(options, contents) %}
    {# A query of path and content, the text of each file behind what comes before its header. Lines of an UTF-8 file
       that are none begin with a mark. #}
    {% set skipped = sluice.literal('^' ~ ('(?:sep=.\\r?\\n)?+' if options.header and not options.skip_rows else '')
        ~ '(?:[^\\n]*+\\n){' ~ options.skip_rows ~ '}') %}
    {% set text = "decode(content, '" ~ {'utf-8': 'UTF-8', 'utf-16': 'UTF-16', 'latin-1': 'ISO-8859-1'}.get(
        options.encoding, options.encoding) ~ "')" %}
    {% if options.encoding == 'utf-16' %}
        {# Without a mark at the begin it is that of Windows. #}
        {% set text = "case when hex(substr(content, 1, 2)) in ('FEFF', 'FFFE') then " ~ text
            ~ " else decode(content, 'UTF-16LE') end" %}
    {% elif options.encoding == 'utf-8' %}
        {% set bytes = "encode(line, 'ISO-8859-1')" %}
        {% set text = 'case when cast(' ~ text ~ ' as binary) = content then ' ~ text
            ~ " else array_join(transform(split(decode(content, 'ISO-8859-1'), '\\n'), line -> case when cast(decode("
            ~ bytes ~ ", 'UTF-8') as binary) = " ~ bytes ~ " then decode(" ~ bytes ~ ", 'UTF-8') else concat("
            ~ sluice.spark_bad_mark() ~ ', replace(' ~ sluice.spark_text_of_bytes(bytes)
            ~ ", '\\\\x0D', '\\r')) end), '\\n') end" %}
    {% endif %}
    select
        path,
        {# Where a CR ends the lines, all of them are. -#}
        regexp_replace(
            case when instr(content, '\n') > 0 then content else replace(content, '\r', '\n') end, {{ skipped }}, ''
        ) as content
    from (
        select path, regexp_replace({{ text }}, '^\\uFEFF', '') as content
        from ({{ contents }}) as _sluice_contents
    ) as _sluice_decoded
{%- endmacro %}


{% macro spark_bad_mark() %}
    {# What a line begins with whose bytes are no text; no text has it. #}
    {% do return("'\\u0001\\u0002\\u0003\\u0004'") %}
{% endmacro %}
