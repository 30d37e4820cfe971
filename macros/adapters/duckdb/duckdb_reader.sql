{% macro duckdb_reader(options, reader, paths) %}
    {# A query of path and line: every record of the files as a text that should be a JSON object. #}
    {% if options.format != 'json' %}
        {% do return('select _sluice_path as path, to_json(records)::varchar as line from '
            ~ sluice.duckdb_table_reader(options, paths) ~ ' as records') %}
    {% elif options.multi_line and reader == 'stream' %}
        {% do return('select filename as path, json::varchar as line from read_json_objects(' ~ paths
            ~ ", format = 'auto', maximum_object_size = 67108864, filename = true, hive_partitioning = false)") %}
    {% elif reader == 'stream' %}
        {% do return('select filename as path, line from ' ~ sluice.duckdb_lines(paths)) %}
    {% elif reader == 'latin' %}
        {% do return('select filename as path, ' ~ sluice.duckdb_decoded('line') ~ ' as line from '
            ~ sluice.duckdb_lines(paths, 'latin-1')) %}
    {% endif %}
    {% do return(sluice.duckdb_lines_by_bytes(options, paths)) %}
{% endmacro %}
