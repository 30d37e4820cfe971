{% macro spark__file_readers(options, files) %}
    {# 'text' reads lines, 'whole' files as they are in memory, 'packed' those that have to be unpacked, and the reader
       of Parquet files is named after their columns. What Spark would read by half, or not at all, has none. #}
    {% set of_lines = options.format == 'text' or (options.format == 'json' and not options.multi_line) %}
    {% set readers, packed, small = {}, [], [] %}
    {% for file in files if not sluice.spark_has_bad_name(file.path) %}
        {% set is_packed = options.format not in ('parquet', 'binary')
            and file.path.lower().endswith(('.gz', '.zst')) %}
        {% if is_packed %}{% do packed.append(file.path) %}
        {% elif of_lines %}{% do readers.update({file.path: 'text'}) %}
        {% elif file.size | int < 268435456 %}{% do readers.update({file.path: 'whole'}) %}
        {% endif %}
        {% if not is_packed and options.format in ('json', 'csv', 'text') and file.size | int < 65536 %}
            {% do small.append(file.path) %}
        {% endif %}
    {% endfor %}
    {% for path in sluice.spark_unpackable(packed) %}
        {% do readers.update({path: 'text' if of_lines else 'packed'}) %}
    {% endfor %}
    {% for path in sluice.spark_looks_packed(small) %}{% do readers.pop(path, none) %}{% endfor %}
    {% if options.format == 'csv' %}
        {% for path in sluice.spark_bad_csv_files(options, readers) %}{% do readers.pop(path) %}{% endfor %}
    {% elif options.format == 'parquet' %}
        {% do return(sluice.spark_parquet_readers(files)) %}
    {% endif %}
    {% do return(readers) %}
{% endmacro %}


{% macro spark_unpackable(paths) %}
    {# Those of packed files that can be unpacked to their end. Where Spark is told to pass over corrupt files, a file
       as a whole is there or not; by lines, it would have its first ones. #}
    {% if not paths %}{% do return([]) %}{% endif %}
    {% set queries = [] %}
    {% for view in sluice.spark_file_views('text', paths, {'wholetext': 'true', 'ignoreCorruptFiles': 'true'}) %}
        {% do queries.append('select ' ~ sluice.spark_read_path() ~ ' as path, length(value) as size from ' ~ view) %}
    {% endfor %}
    {% if not queries %}{% do return([]) %}{% endif %}
    {% do return(sluice.query_rows('select path from (' ~ queries | join('\nunion all\n')
        ~ ') as _sluice_packed where size >= 0') | map(attribute='path') | list) %}
{% endmacro %}


{% macro spark_looks_packed(paths) %}
    {# Files that would be read as rows of garbage: they begin as gzip or zstd does, whatever their name says. #}
    {% set queries = [] %}
    {% for view in (sluice.spark_file_views('binaryFile', paths, {}) if paths else []) %}
        {% do queries.append('select ' ~ sluice.spark_plain_path('path')
            ~ ' as path, hex(substr(content, 1, 4)) as head from ' ~ view) %}
    {% endfor %}
    {% if not queries %}{% do return([]) %}{% endif %}
    {% do return(sluice.query_rows('select path from (' ~ queries | join('\nunion all\n')
        ~ ") as _sluice_heads where head like '1F8B%' or head = '28B52FFD'") | map(attribute='path') | list) %}
{% endmacro %}


{% macro spark__file_records(options, files, found) %}
    {# Each file by the reader that was chosen for it. #}
    {% set parts = [] %}
    {% for reader, chosen in files | groupby('reader') %}
        {% set paths = chosen | map(attribute='path') | list %}
        {% if options.format == 'parquet' %}
            {% do parts.extend(sluice.spark_parquet_records(options, paths)) %}
        {% elif reader == 'text' %}
            {% for view in sluice.spark_file_views('text', paths, {'lineSep': '\n'}) %}
                {% do parts.append(sluice.spark_lines(options, view)) %}
            {% endfor %}
        {% else %}
            {% for contents in sluice.spark_contents(paths, reader) %}
                {% do parts.append(sluice.spark_content_records(options, contents)) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% do return(parts | join('\nunion all\n')
        or 'select cast(null as string) as _sluice_path, cast(null as string) as _sluice_line where false') %}
{% endmacro %}


{% macro spark_lines(options, view) %}
    {# A query of path and line of a view of texts. A line that is no UTF-8 keeps its bytes as \xNN. #}
    select
        _sluice_path,
        {% if options.format == 'text' -%}
        case
            when is_text then concat('{"value":', {{ sluice.json_of_text('line') }}, '}')
            else {{ sluice.corrupt_record_expression('line') }}
        end as _sluice_line
        {%- else -%}
        line as _sluice_line
        {%- endif %}
    from (
        select
            {{ sluice.spark_read_path() }} as _sluice_path,
            cast(decode(cast(value as binary), 'UTF-8') as binary) = cast(value as binary) as is_text,
            case
                when cast(decode(cast(value as binary), 'UTF-8') as binary) <> cast(value as binary)
                    then regexp_replace({{ sluice.spark_text_of_bytes('cast(value as binary)') }}, '\\\\x0D$', '')
                when right(value, 1) = '\r' then left(value, length(value) - 1)
                else value
            end as line
        from {{ view }}
    ) as _sluice_decoded
{%- endmacro %}


{% macro spark_contents(paths, reader) %}
    {# Queries of path and content, the bytes of each file. #}
    {% set queries = [] %}
    {% if reader == 'packed' %}
        {% for view in sluice.spark_file_views('text', paths, {'wholetext': 'true'}) %}
            {% do queries.append('select ' ~ sluice.spark_read_path()
                ~ ' as path, cast(value as binary) as content from ' ~ view) %}
        {% endfor %}
    {% else %}
        {% for view in sluice.spark_file_views('binaryFile', paths, {}) %}
            {% do queries.append('select ' ~ sluice.spark_plain_path('path') ~ ' as path, content from ' ~ view) %}
        {% endfor %}
    {% endif %}
    {% do return(queries) %}
{% endmacro %}


{% macro spark_content_records(options, contents) %}
    {# A query of path and line, of a query of path and content. #}
    {% if options.format == 'csv' %}
        {% do return(sluice.spark_csv_records(options, contents)) %}
    {% elif options.format == 'binary' %}
        {% do return("select path as _sluice_path, concat('{\"content\":', " ~ sluice.json_of_text(
            "regexp_replace(hex(content), '(..)', '\\\\\\\\x$1')") ~ ", '}') as _sluice_line from ("
            ~ contents ~ ') as _sluice_contents') %}
    {% endif %}
    {% do return('select path as _sluice_path, explode(' ~ sluice.spark_document_records('content')
        ~ ') as _sluice_line from (select path, ' ~ sluice.spark_decoded('content') ~ ' as content from ('
        ~ contents ~ ') as _sluice_contents) as _sluice_documents') %}
{% endmacro %}


{% macro spark_decoded(content) %}
    {# Bytes as UTF-8 without a mark at the begin; where they are none, as \xNN but for the ends of lines. #}
    {% set text = 'decode(' ~ content ~ ", 'UTF-8')" %}
    {% set escaped = 'replace(' ~ sluice.spark_text_of_bytes(content) ~ ', ' ~ sluice.literal('\\x0A') ~ ", '\\n')" %}
    {% do return('regexp_replace(case when cast(' ~ text ~ ' as binary) = ' ~ content ~ ' then ' ~ text ~ ' else '
        ~ escaped ~ ' end, ' ~ sluice.literal('^(\\uFEFF|\\\\xEF\\\\xBB\\\\xBF)') ~ ", '')") %}
{% endmacro %}


{% macro spark_document_records(json) %}
    {# The records of JSON documents, one behind the other: of an array each element, else itself. Between two values
       outside of texts a comma makes them a list; each find begins where the one before ended, so never in a text. #}
    {% set text = '"(?:[^"\\\\]++|\\\\.)*+"' %}
    {% set between = '\\G((?:' ~ text ~ '|[^"}\\]]++|[}\\]](?!\\s*[{\\[]))*+[}\\]])\\s*+(?=[{\\[])' %}
    {% set body = "concat('[', regexp_replace(" ~ json ~ ', ' ~ sluice.literal(between) ~ ", '$1,'), ']')" %}
    {% set list = "'array<string>', " ~ sluice.spark_json_options() ~ ')' %}
    {# An element that is a text has its quotation marks by its path only. #}
    {% set element = "case when substr(e, 1, 1) in ('{', '[') then e else coalesce(get_json_object("
        ~ "concat('[', d, ']'), concat('$[*][', i, ']')), 'null') end" %}
    {% set elements = "coalesce(transform(from_json(d, " ~ list ~ ', (e, i) -> ' ~ element ~ '), array(d))' %}
    {% do return('transform(array(' ~ body ~ '), body -> case when ' ~ sluice.spark_json_condition('body')
        ~ ' then flatten(transform(from_json(body, ' ~ list ~ ", d -> case when startswith(d, '[') then " ~ elements
        ~ " else array(coalesce(d, 'null')) end)) else array(" ~ json ~ ') end)[0]') %}
{% endmacro %}
