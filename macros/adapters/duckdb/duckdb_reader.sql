{% macro duckdb_reader(options, reader, paths, texts=[]) %}
    {# A query of path and line: every record of the files as a text that should be a JSON object. #}
    {% if options.format != 'json' %}
        {% set casts = [] %}
        {% for name in texts %}{% do casts.append(sluice.quote(name) ~ '::varchar as ' ~ sluice.quote(name)) %}{% endfor %}
        {% do return('select _sluice_path as path, to_json(records)::varchar as line from (select *'
            ~ (' replace (' ~ casts | join(', ') ~ ')' if casts else '') ~ ' from ' ~ sluice.duckdb_table_reader(options, paths) ~ ') as records') %}
    {% elif options.multi_line and reader == 'stream' %}
        {% do return('select filename as path, ' ~ sluice.duckdb_document_records('json') ~ ' as line from read_json_objects(' ~ paths
            ~ ", format = 'auto', maximum_object_size = 67108864, filename = true, hive_partitioning = false)") %}
    {% elif reader == 'stream' %}
        {% do return('select filename as path, line from ' ~ sluice.duckdb_lines(paths)) %}
    {% elif reader == 'latin' %}
        {% do return('select filename as path, ' ~ sluice.duckdb_decoded('line') ~ ' as line from '
            ~ sluice.duckdb_lines(paths, 'latin-1')) %}
    {% endif %}
    {% do return(sluice.duckdb_lines_by_bytes(options, paths)) %}
{% endmacro %}
