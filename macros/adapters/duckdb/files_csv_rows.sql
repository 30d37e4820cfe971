{% macro duckdb_csv_rows(options, reader, paths) %}
    {# A query of path and line, as duckdb_reader(), of CSV files that DuckDB's own reader refuses as a whole: one row
       that does not fit costs only itself. Quotation marks say where a record ends; where they make no sense, its line
       does. What has not as many fields as the header is one text, {"_corrupt_record": ...}. #}
    with {{ sluice.duckdb_csv_records(options, reader, paths) }}

    select
        path as _sluice_path,
        case
            when len(fields) = len(names) then concat('{', array_to_string(list_transform(
                list_zip(names, {{ sluice.duckdb_csv_values(options) }}),
                lambda p: concat(to_json(p[1])::varchar, ':', coalesce(to_json(p[2])::varchar, 'null'))
            ), ','), '}')
            else json_object('_corrupt_record', replace(record, {{ sluice.duckdb_bad_mark() }}, ''))::varchar
        end as _sluice_line
    from _sluice_rows
{%- endmacro %}


{% macro duckdb_csv_rows_check(options, reader, paths) %}
    {# A query that is an error if a file has no readable header, or rows of which none fits it; in the mode failfast,
       not all. #}
    with {{ sluice.duckdb_csv_records(options, reader, paths) }}

    select case when count(*) > 0 then error('no row fits the header') else 1 end
    from (
        select path
        from _sluice_rows
        group by path
        having {{ 'bool_or' if options.mode == 'failfast' else 'bool_and' }}(len(fields) is distinct from len(names))
        union all
        select path
        from _sluice_files
        where content is null or (names is null and {{ options.header }})
    )
{%- endmacro %}


{% macro duckdb_csv_records(options, reader, paths) %}
    {# The CTEs of CSV files taken apart: _sluice_files (path, content, names) and _sluice_rows (path, names, record,
       fields as they are written, null where quotation marks make no sense). Records come in blocks, for one long list
       is slow to take apart. #}
    {% set patterns = sluice.duckdb_csv_patterns(options) %}
    {% set blank = "concat('column', i - 1)" %}
    _sluice_files as (
        select
            path,
            content,
            {% if options.header -%}
            {# Not every text before the first record is one: blank lines, and those of comments. -#}
            regexp_extract(content, {{ sluice.literal('^' ~ patterns.lead ~ patterns.piece) }}) as head,
            list_transform(
                {{ sluice.duckdb_csv_fields(
                    'regexp_replace(head, ' ~ sluice.literal('^' ~ patterns.lead) ~ ", '')", patterns) }},
                lambda n, i: coalesce(nullif(trim({{ sluice.duckdb_csv_value(options, 'n') }}, E' \t\n\x0B\f\r'), ''),
                    {{ blank }})
            ) as names
            {%- else -%}
            '' as head,
            {{ sluice.duckdb_list(options.names) if options.names else 'null::varchar[]' }} as names
            {%- endif %}
        from (
            {{ sluice.duckdb_csv_texts(options, reader, paths) }}
        )
    ),

    _sluice_blocks as (
        select
            path,
            names,
            unnest(regexp_extract_all(
                substr(content, length(head) + 1), {{ sluice.literal('(?:' ~ patterns.piece ~ '){1,50}') }}
            )) as block
        from _sluice_files
    ),

    _sluice_pieces as (
        select path, names, unnest(regexp_extract_all(block, {{ sluice.literal(patterns.piece) }})) as piece
        from _sluice_blocks
    ),

    _sluice_taken as (
        select
            path,
            names,
            regexp_replace(piece, '\r?\n$', '') as record,
            {{ sluice.duckdb_csv_fields('piece', patterns) }} as fields
        from _sluice_pieces
        where piece <> ''
        {%- if options.comment %} and not starts_with(piece, {{ sluice.literal(options.comment) }}){% endif %}
    ),

    _sluice_named as (
        select
            * replace (
                {% if options.header or options.names %}names
                {%- else %}list_transform(
                    range(mode(len(fields) order by len(fields) desc) over (partition by path)),
                    lambda i: concat('column', i)
                )
                {%- endif %} as names
            )
        from _sluice_taken
    ),

    _sluice_rows as (
        select *
        from _sluice_named
        {#- A blank line is a row only where there is one field. #}
        where record <> '' or len(names) = 1
    )
{%- endmacro %}


{% macro duckdb_csv_patterns(options) %}
    {# The regular expressions of CSV: 'field', 'record' (without its end), 'piece' (a line of comment, a record with
       its end, or else a line), 'lead' (what may stand before the header). #}
    {% set delimiter = sluice.literal_pattern(options.delimiter) %}
    {% set quote, escape = sluice.literal_pattern(options.quote), sluice.literal_pattern(options.escape) %}
    {% set spaces = '' if options.delimiter == ' ' else ' *' %}
    {% set bare = '[^' ~ delimiter ~ '\\r\\n]*' %}
    {% set inside = '[^' ~ quote ~ ']|' ~ quote ~ quote if quote == escape
        else '[^' ~ quote ~ escape ~ ']|' ~ escape ~ '(?s:.)' %}
    {% set field = '(?:' ~ spaces ~ quote ~ '(?:' ~ inside ~ ')*' ~ quote ~ spaces ~ '|' ~ spaces
        ~ '[^' ~ quote ~ ' ' ~ delimiter ~ '\\r\\n]' ~ bare ~ '|' ~ spaces ~ ')' if quote else bare %}
    {% set record = field ~ '(?:' ~ delimiter ~ field ~ ')*' %}
    {% set comment = sluice.literal_pattern(options.comment) ~ '[^\\n]*(?:\\n|$)' if options.comment else '' %}
    {% do return({
        'delimiter': options.delimiter,
        'field': delimiter ~ '(' ~ field ~ ')',
        'record': record,
        'piece': '(?:' ~ (comment ~ '|' if comment else '') ~ record ~ '(?:\\r?\\n|$)|[^\\n]*\\n|[^\\n]+$)',
        'lead': '(?:' ~ (comment ~ '|' if comment else '') ~ '\\r?\\n)*',
    }) %}
{% endmacro %}


{% macro duckdb_csv_fields(piece, patterns) %}
    {# The fields of a record as they are written, or null where it is none. #}
    {% set record = 'regexp_replace(' ~ piece ~ ", '\\r?\\n$', '')" %}
    {% do return(
        'case when not contains(' ~ piece ~ ', ' ~ sluice.duckdb_bad_mark() ~ ') and regexp_full_match(' ~ record ~ ', '
        ~ sluice.literal(patterns.record) ~ ') then regexp_extract_all(concat(' ~ sluice.literal(patterns.delimiter)
        ~ ', ' ~ record ~ '), ' ~ sluice.literal(patterns.field) ~ ', 1) end'
    ) %}
{% endmacro %}


{% macro duckdb_csv_values(options) %}
    {# The values of fields as they are written, null for those that say so. #}
    {% set nulls = [] %}
    {% for text in [''] + options.null_value %}{% do nulls.append(sluice.literal(text)) %}{% endfor %}
    {% do return('list_transform(list_transform(fields, lambda f: ' ~ sluice.duckdb_csv_value(options, 'f')
        ~ '), lambda v: case when (v collate "binary") not in (' ~ nulls | join(', ') ~ ') then v end)') %}
{% endmacro %}


{% macro duckdb_csv_value(options, field) %}
    {# The value of a field, without its quotation marks. #}
    {% if not options.quote %}{% do return(field) %}{% endif %}
    {% set inner = 'trim(' ~ field ~ ", ' ')[2:-2]" %}
    {% set quote = sluice.literal(options.quote) %}
    {% set plain = 'replace(' ~ inner ~ ', ' ~ sluice.literal(options.quote * 2) ~ ', ' ~ quote ~ ')'
        if options.quote == options.escape
        else 'regexp_replace(' ~ inner ~ ', ' ~ sluice.literal('(?s)' ~ sluice.literal_pattern(options.escape) ~ '(.)')
            ~ ", '\\1', 'g')" %}
    {% do return('case when starts_with(ltrim(' ~ field ~ ", ' '), " ~ quote ~ ') then ' ~ plain ~ ' else ' ~ field
        ~ ' end') %}
{% endmacro %}


{% macro duckdb_csv_texts(options, reader, paths) %}
    {# A query of path and content, the text of each file behind what comes before its header; null where it cannot be
       decoded. Lines of an UTF-8 file that are none begin with a mark. #}
    {% set skipped = sluice.literal('^' ~ ('(?:sep=.\\r?\\n)?' if options.header and not options.skip_rows else '')
        ~ '(?:[^\\n]*\\n){' ~ options.skip_rows ~ '}') %}
    select
        path,
        regexp_replace(
            {# Where a CR ends the lines, all of them are. -#}
            case when contains(content, E'\n') then content else replace(content, E'\r', E'\n') end, {{ skipped }}, ''
        ) as content
    from (
        {% if '_packed' in reader -%}
        select filename as path, string_agg(_sluice_line, E'\n') as content
        from {{ sluice.duckdb_lines(paths, sluice.duckdb_native_encoding(options)) }}
        group by filename
        {%- else -%}
        select filename as path, ltrim({{ sluice.duckdb_decoded_content('content', options.encoding) }}, chr(65279))
            as content
        from read_blob({{ paths }})
        {%- endif %}
    )
{%- endmacro %}


{% macro duckdb_decoded_content(content, encoding) %}
    {# The text of bytes. UTF-16 is told to JSON as its escapes; bytes of one character each stand in a BLOB's own text
       as \xNN where they are no ASCII. #}
    {% set lines = 'replace(' ~ content ~ "::varchar, '\\x0A', E'\\n')" %}
    {% if encoding == 'utf-16' %}
        {% set units = "regexp_replace(hex(" ~ content ~ "), '(..)(..)', case when " ~ content
            ~ " >= '\\xFE\\xFF'::blob and " ~ content ~ " < '\\xFF'::blob "
            ~ "then '\\\\u\\1\\2' else '\\\\u\\2\\1' end, 'g')" %}
        {% do return("try(json_extract_string('\"' || " ~ units ~ " || '\"', '$'))") %}
    {% elif encoding == 'utf-8' %}
        {% set line = "coalesce(try(decode(line::blob)), concat(" ~ sluice.duckdb_bad_mark() ~ ", replace("
            ~ sluice.duckdb_escaped('line') ~ ", '\\x0D', E'\\r')))" %}
        {% do return('coalesce(try(decode(' ~ content ~ ')), array_to_string(list_transform(string_split(' ~ lines
            ~ ", E'\\n'), lambda line: " ~ line ~ "), E'\\n'))") %}
    {% endif %}
    {% set characters = "array_to_string(list_transform(string_split(" ~ lines ~ ", '\\x'), lambda part, i: "
        ~ "case when i = 1 then part else concat(chr(('0x' || part[:2])::int), part[3:]) end), '')" %}
    {% if encoding == 'latin-1' %}{% do return(characters) %}{% endif %}
    {% set others = [128] + range(130, 141) | list + [142] + range(145, 157) | list + [158, 159] %}
    {% do return('translate(' ~ characters ~ ', array_to_string(list_transform(' ~ others
        ~ "::int[], lambda c: chr(c)), ''), '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ')") %}
{% endmacro %}


{% macro duckdb_native_encoding(options) %}
    {# The encoding by which DuckDB's reader reads a file. It takes no Latin-1 with the characters in which Windows-1252
       is another one. #}
    {% do return('latin-1' if options.encoding in ('latin-1', 'windows-1252') else 'utf-8') %}
{% endmacro %}


{% macro duckdb_bad_mark() %}
    {# What a line begins with whose bytes are no text; no text has it. #}
    {% do return("E'\\x01\\x02\\x03\\x04'") %}
{% endmacro %}
