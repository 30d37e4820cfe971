{% macro duckdb_lines_by_bytes(options, paths) %}
    {# Lines end at LF or CR LF, whatever else is in the file. Where it is no UTF-8, each line is decoded by itself, and
       one that cannot be keeps its bytes as \xNN. Blocks of lines, for one long list is slow to take apart. #}
    select path, case when decoded then line else coalesce(try(decode(line::blob)), {{ sluice.duckdb_escaped('line') }}) end as line
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
            select path, decoded, unnest(string_split(case when suffix(block, E'\n') then block[:-2] else block end, E'\n')) as line
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
                    coalesce(ltrim(try(decode(content)), chr(65279)), replace(regexp_replace(content::varchar, '^\\xEF\\xBB\\xBF', ''), '\x0A', E'\n')) as content
                from read_blob({{ paths }})
            )
        )
        {{- '' if options.multi_line else ')' }}
    )
{%- endmacro %}
