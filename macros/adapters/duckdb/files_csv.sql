{% macro duckdb_csv_readers(options, files, known, readers) %}
    {# Takes those CSV files out of `known` that a look at their bytes tells to be odd, and returns whether the headers
       of all seem to have a name in two spellings. 'nothing' has line ends only; '_skip' begins with Excel's sep=; and
       '_loose' has both kinds of line ends, which DuckDB reads if it is not strict about quotation marks: so there
       must be none. #}
    {% set sizes = {} %}
    {% for file in files %}{% do sizes.update({file.path: file.size | int}) %}{% endfor %}
    {% set looked = [] %}
    {% for path in known.plain if sizes[path] < 268435456 %}{% do looked.append(path) %}{% endfor %}
    {% if not looked %}{% do return(false) %}{% endif %}
    {% set quote = sluice.literal(options.quote) %}
    {% set separator = '^sep=.\\r?\\n' if options.header and not options.skip_rows else '$^' %}
    {% set header = '^\\x{FEFF}?(?:' ~ separator.lstrip('^') ~ ')?(?:[^\\n]*\\n){' ~ options.skip_rows
        ~ '}([^\\r\\n]*)' %}
    {% set found = sluice.query_rows("
        with looks as materialized (
            select
                filename as path,
                regexp_full_match(content, '[\\r\\n]*') as is_blank,
                regexp_matches(content, " ~ sluice.literal(separator) ~ ") as has_separator,
                case
                    when contains(content, E'\\r\\n') and (" ~ quote ~ " = '' or not contains(content, " ~ quote ~ "))
                        then regexp_matches(content, '(^|[^\\r])\\n')
                    else false
                end as is_mixed,
                replace(
                    regexp_extract(content, " ~ sluice.literal(header) ~ ", 1), " ~ quote ~ ", ''
                ) as header
            from (
                select filename, " ~ sluice.duckdb_looked_at('content', options.encoding) ~ " as content
                from read_blob(" ~ sluice.duckdb_paths(looked) ~ ")
            )
        )

        select path, is_blank, has_separator, is_mixed
        from looks
        where is_blank or has_separator or is_mixed
        union all
        select null, false, false, false
        from (
            select trim(unnest(string_split(header, " ~ sluice.literal(options.delimiter) ~ ")))
                collate \"binary\" as name
            from (select distinct header collate \"binary\" as header from looks)
        )
        having count(distinct name) > count(distinct lower(name) collate \"binary\")
    ") %}
    {% set groups = {} %}
    {% for file in found if file.path is not none %}
        {% if file.is_blank %}
            {% do known.plain.remove(file.path) %}
            {% do readers.update({file.path: 'nothing'}) %}
        {% elif not sluice.duckdb_needs_rows(options) %}
            {% do known.plain.remove(file.path) %}
            {% set reader = 'wide' ~ ('_skip' if file.has_separator else '') ~ ('_loose' if file.is_mixed else '') %}
            {% do groups.setdefault(reader, []).append(file.path) %}
        {% endif %}
    {% endfor %}
    {% for reader, paths in groups.items() %}
        {% set refused = sluice.duckdb_try_reader(options, reader, paths, readers) %}
        {% do sluice.duckdb_try_reader(options, sluice.duckdb_slow_reader(options, false), refused, readers) %}
    {% endfor %}
    {% do return(options.header and found | selectattr('path', 'none') | list | length > 0) %}
{% endmacro %}


{% macro duckdb_looked_at(content, encoding) %}
    {# The text of bytes, of which only what is ASCII is looked at. #}
    {% if encoding == 'utf-8' %}{% do return('coalesce(try(decode(' ~ content ~ ")), 'x')") %}{% endif %}
    {% set text = namespace(sql=content ~ '::varchar') %}
    {% for code, character in {'0A': "E'\\n'", '0D': "E'\\r'", '09': "E'\\t'", '22': "'\"'"}.items() %}
        {% set text.sql = 'replace(' ~ text.sql ~ ", '\\x" ~ code ~ "', " ~ character ~ ')' %}
    {% endfor %}
    {% do return(text.sql) %}
{% endmacro %}


{% macro duckdb_csv_names(options, names, files) %}
    {# What DuckDB does not say of CSV files that name a field twice, or in two spellings, for it calls the second one
       amount_1 and reads files by names in any case: {'headers': {JSON list of their names: paths}, 'repeated': names
       that stand twice in a header, 'later': spellings that come after another one}. `names` are DuckDB's: where none
       looks made up, the headers are as it says. #}
    {% set nothing = {'headers': {}, 'repeated': [], 'later': []} %}
    {% if options.format != 'csv' or not options.header or not sluice.duckdb_has_odd_names(names, files) %}
        {% do return(nothing) %}
    {% endif %}
    {% set headers, first, later, repeated = [], {}, [], [] %}
    {% for row in sluice.query_rows(sluice.duckdb_headers(options, files)) %}
        {% set header = fromjson(row.header) %}
        {% for name in header if name and first.setdefault(name | lower, name) != name %}{% do later.append(name) %}
        {% endfor %}
        {% do headers.append({'reader': row.reader, 'names': header, 'paths': fromjson(row.paths)}) %}
    {% endfor %}
    {% set odd = {} %}
    {% for header in headers %}
        {% set twice = [] %}
        {% for name in header.names if name and header.names.count(name) > 1 %}{% do twice.append(name) %}{% endfor %}
        {% if header.reader.startswith('rows') %}
            {# There names are as they are written. #}
            {% do repeated.extend(twice) %}
        {% elif twice or header.names | select('in', later) | list %}
            {% set found = sluice.query_columns('select * exclude (_sluice_path) from ' ~ sluice.duckdb_table_reader(
                options, sluice.duckdb_paths(header.paths), header.reader)) | map(attribute='name') | list %}
            {% set full = [] %}
            {% for name in found %}{% do full.append(header.names[loop.index0] or name) %}{% endfor %}
            {% do odd.setdefault(tojson(full), []).extend(header.paths) %}
            {% do repeated.extend(twice) %}
        {% endif %}
    {% endfor %}
    {% do return({
        'headers': odd, 'repeated': repeated | unique(case_sensitive=true) | list,
        'later': later | unique(case_sensitive=true) | list,
    }) %}
{% endmacro %}


{% macro duckdb_has_odd_names(names, files) %}
    {# Whether DuckDB may have made up a name (beside amount there is amount_1), or readers are marked for two spellings
       of a name. #}
    {% set lower = {} %}
    {% for name in names %}{% do lower.update({name | lower: true}) %}{% endfor %}
    {% set odd = [] %}
    {% for reader in files | map(attribute='reader') | unique if '_spelled' in reader or reader.startswith('rows') %}
        {% do odd.append(reader) %}
    {% endfor %}
    {% for name in names if modules.re.search('_[0-9]+$', name) and name.lower().rpartition('_')[0] in lower %}
        {% do odd.append(name) %}
    {% endfor %}
    {% do return(odd | length > 0) %}
{% endmacro %}


{% macro duckdb_headers(options, files) %}
    {# A query of the headers of CSV files, by the first file of each: header (a JSON list of names as they are written,
       without white space around them), paths (a JSON list), reader. Where a file is not read in parallel, the first
       row that comes is its first. #}
    {% set parts = [] %}
    {% for reader, chosen in files | groupby('reader') if not reader.startswith('nothing') %}
        {% set paths = sluice.duckdb_paths(chosen | map(attribute='path')) %}
        {% if reader.startswith('rows') %}
            {% do parts.append('select path as _sluice_path, names as _sluice_names, ' ~ sluice.literal(reader)
                ~ ' as reader from (with ' ~ sluice.duckdb_csv_records(options, reader, paths)
                ~ ' select * from _sluice_files)') %}
        {% else %}
            {% set source = sluice.duckdb_table_reader(
                dict(options, header=false, null_value=[]), paths, reader, false) %}
            {% do parts.append('select _sluice_path, first([*columns(* exclude (_sluice_path))]) as _sluice_names, '
                ~ sluice.literal(reader) ~ ' as reader from ' ~ source ~ ' group by _sluice_path') %}
        {% endif %}
    {% endfor %}
    select
        header,
        to_json(list(path order by path asc))::varchar as paths,
        reader
    from (
        select
            _sluice_path collate "binary" as path,
            to_json(
                list_transform(_sluice_names, lambda name: trim(name, E' \t\n\x0B\f\r'))
            )::varchar collate "binary" as header,
            reader
        from ({{ parts | join('\nunion all\n') }})
    )
    group by header, reader
    order by min(path) asc
{% endmacro %}


{% macro duckdb_named_reader(options, reader, paths, names) %}
    {# A query of path and line, as duckdb_reader(), of CSV files with these names in their header: by their places, for
       a name may come twice. So it does in the line. #}
    {% set columns, entries = [], [] %}
    {% for name in names %}
        {% do columns.append('_sluice_' ~ loop.index) %}
        {% do entries.append(sluice.literal(name) ~ ', _sluice_' ~ loop.index) %}
    {% endfor %}
    {% do return('select _sluice_path, json_object(' ~ entries | join(', ') ~ ')::varchar as _sluice_line from '
        ~ sluice.duckdb_table_reader(options, paths, reader) ~ ' as _sluice_records(' ~ columns | join(', ') ~ ')') %}
{% endmacro %}
