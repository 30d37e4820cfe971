{% macro duckdb__file_readers(options, files) %}
    {# 'stream' is the fast one, for lines of 2 MiB at most, since it keeps a few dozen of the longest that it may meet;
       'wide' is for longer ones. 'bytes' and 'latin' (compressed files) cope with every byte. 'bytes' opens a file
       faster, so small ones are its own. A look at the bytes beforehand finds lines that 'wide' would cut or refuse;
       it loads a file whole, so it is for those below 256 MiB. #}
    {% set known = {'bytes': [], 'wide': [], 'plain': [], 'packed': []} %}
    {% set of_lines = options.format == 'text' or (options.format == 'json' and not options.multi_line) %}
    {% for file in files %}
        {% set size = file.size | int %}
        {% set kind = 'plain' if not of_lines or size >= 268435456 else 'bytes' if size < 65536 else 'wide' %}
        {% do known['packed' if sluice.duckdb_is_packed(file.path) else kind].append(file.path) %}
    {% endfor %}
    {% set readers, large = {}, [] %}
    {% for file in files if file.size | int >= 268435456 %}{% do large.append(file.path) %}{% endfor %}
    {% for path in known.bytes %}{% do readers.update({path: 'bytes'}) %}{% endfor %}
    {% for path in known.wide %}{% do readers.update({path: 'wide'}) %}{% endfor %}
    {% for path in sluice.duckdb_odd_files(known.wide) %}{% do readers.update({path: 'bytes'}) %}{% endfor %}
    {% set is_spelled = options.format == 'csv' and sluice.duckdb_csv_readers(options, files, known, readers) %}
    {% for kind in ('plain', 'packed') %}
        {% set wide = 'wide' if of_lines or options.format == 'csv' else none %}
        {% set rest = namespace(paths=known[kind]) %}
        {% set slow = sluice.duckdb_slow_reader(options, kind == 'packed') %}
        {% for reader in ([slow] if sluice.duckdb_needs_rows(options) else ['stream', wide, slow])
            if reader and rest.paths %}
            {% set paths = rest.paths | reject('in', large if reader == 'rows' else []) | list %}
            {% set rest.paths = sluice.duckdb_try_reader(options, reader, paths, readers) %}
        {% endfor %}
    {% endfor %}
    {% for path in sluice.duckdb_looks_packed(readers) %}{% do readers.pop(path) %}{% endfor %}
    {% if is_spelled %}
        {% for path, reader in readers.items() %}{% do readers.update({path: reader ~ '_spelled'}) %}{% endfor %}
    {% endif %}
    {% do return(readers) %}
{% endmacro %}


{% macro duckdb_looks_packed(readers) %}
    {# Files that 'bytes' would read as rows of garbage: they begin as gzip or zstd does, whatever their name says. #}
    {% set paths = [] %}
    {% for path, reader in readers.items() if reader == 'bytes' %}{% do paths.append(path) %}{% endfor %}
    {% if not paths %}{% do return([]) %}{% endif %}
    {% do return(sluice.query_rows("
        select filename as path
        from read_blob(" ~ sluice.duckdb_paths(paths) ~ ")
        where (content >= '\\x1F\\x8B'::blob and content < '\\x1F\\x8C'::blob)
            or (content >= '\\x28\\xB5\\x2F\\xFD'::blob and content < '\\x28\\xB5\\x2F\\xFE'::blob)
    ") | map(attribute='path') | list) %}
{% endmacro %}


{% macro duckdb_odd_files(paths) %}
    {# Files of lines that the CSV reader would not give back as they are: no UTF-8, its delimiter in the text, or line
       ends that are neither all LF nor all CR LF. #}
    {% if not paths %}{% do return([]) %}{% endif %}
    {% do return(sluice.query_rows("
        select filename as path
        from (select filename, try(decode(content)) as content from read_blob(" ~ sluice.duckdb_paths(paths) ~ "))
        where content is null
            or contains(content, E'\\x01\\x02\\x03\\x04')
            or (contains(content, E'\\r') and regexp_matches(content, E'\\r($|[^\\n])|(^|[^\\r])\\n|(^|\\n)\\r\\n'))
    ") | map(attribute='path') | list) %}
{% endmacro %}


{% macro duckdb_try_reader(options, reader, paths, readers) %}
    {# Notes the reader of the files that it reads to their end; returns the others. Parquet files of one name and types
       that do not go together are read in groups. #}
    {% set query = sluice.duckdb_csv_rows_check(options, reader, 'PATHS') if reader.startswith('rows')
        else sluice.duckdb_read_to_its_end(options, reader, 'PATHS') %}
    {% set found = sluice.duckdb_bisect(query, paths) %}
    {% for group in found.groups %}
        {% set label = reader ~ ('_' ~ loop.index if options.format == 'parquet' else '') %}
        {% for path in group %}{% do readers.update({path: label}) %}{% endfor %}
    {% endfor %}
    {% do return(found.bad) %}
{% endmacro %}


{% macro duckdb_read_to_its_end(options, reader, paths) %}
    {# The sum of hashes makes it look at every value: a bare count of a Parquet file reads no data. #}
    {% do return(
        'select sum(hash(_sluice_line)::hugeint) from (' ~ sluice.duckdb_reader(options, reader, paths) ~ ')'
    ) %}
{% endmacro %}


{% macro duckdb_slow_reader(options, packed) %}
    {# The reader that copes with every byte where 'stream' does not, or none. #}
    {% if options.format == 'csv' %}{% do return('rows_packed' if packed else 'rows') %}{% endif %}
    {% if options.format == 'text' and not packed %}{% do return('bytes') %}{% endif %}
    {% if options.format != 'json' or (packed and options.multi_line) %}{% do return(none) %}{% endif %}
    {% do return('latin' if packed else 'bytes') %}
{% endmacro %}


{% macro duckdb_needs_rows(options) %}
    {# Whether DuckDB's reader does not do what the options of CSV files say: it cuts a value at the mark of a comment,
       and reads UTF-16 by half. #}
    {% do return(options.format == 'csv' and (options.comment is not none or options.encoding == 'utf-16')) %}
{% endmacro %}


{% macro duckdb__file_records(options, files, found) %}
    {# Each file by the reader that was chosen for it, and by the names in its header where DuckDB has others. #}
    {% set parts, headers = [], {} %}
    {% for header, paths in found.get('headers', {}).items() %}
        {% for path in paths %}{% do headers.update({path: header}) %}{% endfor %}
    {% endfor %}
    {% for reader, chosen in files | groupby('reader') %}
        {% set groups = {} %}
        {% for file in chosen %}{% do groups.setdefault(headers.get(file.path), []).append(file.path) %}{% endfor %}
        {% for header, group in groups.items() %}
            {% set paths = sluice.duckdb_paths(group) %}
            {% do parts.append(
                sluice.duckdb_named_reader(options, reader, paths, fromjson(header)) if header
                else sluice.duckdb_reader(options, reader, paths, found.get('texts', {}).get(reader, []))
            ) %}
        {% endfor %}
    {% endfor %}
    {% do return(parts | join('\nunion all\n')) %}
{% endmacro %}


{% macro duckdb_reader(options, reader, paths, texts=[]) %}
    {# A query of path and line: every record of the files as a text that should be a JSON object. #}
    {% if reader.startswith('nothing') %}
        {% do return('select null::varchar as _sluice_path, null::varchar as _sluice_line where false') %}
    {% elif options.format == 'text' and reader != 'bytes' %}
        {# An empty line comes as null. #}
        {% do return('select _sluice_path, '
            ~ "json_object('value', coalesce(_sluice_line, ''))::varchar as _sluice_line from ("
            ~ sluice.duckdb_reader(dict(options, format='json'), reader, paths) ~ ')') %}
    {% elif reader.startswith('rows') %}
        {% do return('(' ~ sluice.duckdb_csv_rows(options, reader, paths) ~ ')') %}
    {% elif options.format not in ('json', 'text') %}
        {% set casts = [] %}
        {% for name in texts %}
            {% do casts.append(sluice.quote(name) ~ '::varchar as ' ~ sluice.quote(name)) %}
        {% endfor %}
        {% do return('select _sluice_path, to_json(_sluice_records)::varchar as _sluice_line from (select *'
            ~ (' replace (' ~ casts | join(', ') ~ ')' if casts else '') ~ ' from '
            ~ sluice.duckdb_table_reader(options, paths, reader) ~ ') as _sluice_records') %}
    {% elif options.multi_line and reader == 'stream' %}
        {% do return('select filename as _sluice_path, ' ~ sluice.duckdb_document_records('json')
            ~ ' as _sluice_line from read_json_objects(' ~ paths
            ~ ", format = 'auto', maximum_object_size = 67108864, filename = true, hive_partitioning = false)") %}
    {% elif reader in ('stream', 'wide') %}
        {% set length = 2097152 if reader == 'stream' else 67108864 %}
        {% do return(
            'select filename as _sluice_path, _sluice_line from ' ~ sluice.duckdb_lines(paths, 'utf-8', length)
        ) %}
    {% elif reader == 'latin' %}
        {% do return('select filename as _sluice_path, ' ~ sluice.duckdb_decoded('_sluice_line')
            ~ ' as _sluice_line from ' ~ sluice.duckdb_lines(paths, 'latin-1')) %}
    {% endif %}
    {% do return(sluice.duckdb_lines_by_bytes(options, paths)) %}
{% endmacro %}


{% macro duckdb_lines(paths, encoding, length=67108864) %}
    {# Raw lines, read in parallel: a JSON reader would lose the text of broken ones. The delimiter is four control
       characters in a row, which valid JSON cannot contain. #}
    {% do return(
        'read_csv(' ~ paths ~ ", columns = {'_sluice_line': 'VARCHAR'}, delim = E'\\x01\\x02\\x03\\x04', "
        ~ "quote = '', escape = '', "
        ~ 'header = false, auto_detect = false, strict_mode = false, max_line_size = ' ~ length ~ ', filename = true, '
        ~ "hive_partitioning = false, encoding = '" ~ encoding ~ "')"
    ) %}
{% endmacro %}


{% macro duckdb_lines_by_bytes(options, paths) %}
    {# Lines end at LF or CR LF, whatever else is in the file. Where it is no UTF-8, each line is decoded by itself, and
       one that cannot be keeps its bytes as \xNN. Blocks of lines, for one long list is slow to take apart. #}
    select
        path as _sluice_path,
        {% if options.format == 'text' -%}
        case
            when decoded then json_object('value', line)
            when try(decode(line::blob)) is not null then json_object('value', try(decode(line::blob)))
            else json_object('_corrupt_record', {{ sluice.duckdb_escaped('line') }})
        end::varchar as _sluice_line
        {%- else -%}
        case
            when decoded then line
            else coalesce(try(decode(line::blob)), {{ sluice.duckdb_escaped('line') }})
        end as _sluice_line
        {%- endif %}
    from (
        {% if options.multi_line -%}
        select path, decoded, {{ sluice.duckdb_document_records('content') }} as line
        {%- else -%}
        select
            path,
            decoded,
            case
                when decoded and suffix(line, E'\r') then line[:-2]
                when not decoded and suffix(line, '\x0D') then line[:-5]
                else line
            end as line
        from (
            select
                path,
                decoded,
                unnest(
                    string_split(case when suffix(block, E'\n') then block[:-2] else block end, E'\n')
                ) as line
        {%- endif %}
        from (
            select
                filename as path,
                coalesce(decoded, false) as decoded,
                {% if options.multi_line -%}
                content
                {%- else -%}
                unnest(case
                    when content = '' then []
                    when length(content) < 65536 then [content]
                    else regexp_extract_all(content, E'(?:[^\n]*\n){1,500}|[^\n]+$')
                end) as block
                {%- endif %}
            from (
                select
                    filename,
                    try(decode(content)) is not null as decoded,
                    coalesce(
                        ltrim(try(decode(content)), chr(65279)),
                        replace(regexp_replace(content::varchar, '^\\xEF\\xBB\\xBF', ''), '\x0A', E'\n')
                    ) as content
                from read_blob({{ paths }})
            )
        )
        {{- '' if options.multi_line else ')' }}
    )
{%- endmacro %}


{% macro duckdb_decoded(line) %}
    {# A line that was read as Latin-1, so one character a byte, as UTF-8 without a mark at its begin; bytes that are
       none are written \xNN. #}
    {% set bytes = "unhex(array_to_string(list_transform(string_split(" ~ line
        ~ ", ''), lambda c: printf('%02X', ord(c))), ''))" %}
    {% do return(
        "case when regexp_full_match(" ~ line ~ ", '[[:ascii:]]*') then " ~ line
        ~ " else coalesce(ltrim(try(decode(" ~ bytes ~ ")), chr(65279)), " ~ sluice.duckdb_escaped(bytes) ~ ") end"
    ) %}
{% endmacro %}


{% macro duckdb_document_records(json) %}
    {# The records of a JSON document: of an array of objects each of them, else itself. DuckDB takes an array behind a
       byte order mark, and a second one, for one value. #}
    {% set elements = 'from_json(' ~ json ~ ", '[\"JSON\"]')" %}
    {% do return(
        'unnest(case when try(json_type(' ~ json ~ ")) = 'ARRAY' and not list_contains(list_transform(" ~ elements
        ~ ", lambda e: json_type(e) = 'OBJECT'), false) then " ~ elements
        ~ '::varchar[] else [' ~ json ~ '::varchar] end)'
    ) %}
{% endmacro %}


{% macro duckdb_table_reader(options, paths, reader, parallel=true) %}
    {# CSV is read strictly and as text, from the first line on: what does not fit the header is an error of the
       file. Nothing of it is guessed; without `comment` DuckDB would take # for a mark of comments, where it stands
       among numbers. #}
    {% set common = ", union_by_name = true, filename = '_sluice_path', hive_partitioning = false)" %}
    {% if options.format == 'parquet' %}{% do return('read_parquet(' ~ paths ~ common) %}{% endif %}
    {% if options.format == 'binary' %}
        {% do return('(select filename as _sluice_path, content from read_blob(' ~ paths ~ '))') %}
    {% endif %}
    {% set nulls = sluice.duckdb_list([''] + options.null_value) %}
    {% do return(
        'read_csv(' ~ paths ~ ', all_varchar = true, header = ' ~ options.header
        ~ (', names = ' ~ sluice.duckdb_list(options.names) if options.names else '')
        ~ (', nullstr = ' ~ nulls if options.null_value else '')
        ~ (", encoding = '" ~ sluice.duckdb_native_encoding(options) ~ "'" if options.encoding != 'utf-8' else '')
        ~ ', skip = ' ~ (options.skip_rows + (1 if '_skip' in reader else 0)) ~ ", comment = '', strict_mode = "
        ~ ('false' if '_loose' in reader else 'true') ~ ', max_line_size = '
        ~ (2097152 if reader.startswith('stream') else 67108864) ~ ', parallel = ' ~ parallel
        ~ ', delim = ' ~ sluice.literal(options.delimiter) ~ ', quote = ' ~ sluice.literal(options.quote)
        ~ ', escape = ' ~ sluice.literal(options.escape) ~ common
    ) %}
{% endmacro %}


{% macro duckdb_escaped(bytes) %}
    {# Bytes as a text that says each of them: what is no printable ASCII is written \xNN. #}
    {% do return("replace(replace((" ~ bytes ~ ")::varchar, '\\x22', '\"'), '\\x27', '''')") %}
{% endmacro %}


{% macro duckdb_is_packed(path) %}
    {# Whether a file is compressed, by its name. #}
    {% do return(path.lower().endswith(('.gz', '.zst'))) %}
{% endmacro %}
