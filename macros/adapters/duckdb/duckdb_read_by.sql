{% macro duckdb_read_by(options, reader, paths, readers) %}
    {# Notes the reader of the files that it reads to their end; returns the others. Parquet files of one name and types
       that do not go together are read in groups. #}
    {% set found = sluice.duckdb_split(sluice.duckdb_read_to_its_end(options, reader, 'PATHS'), paths) %}
    {% for group in found.groups %}
        {% set label = reader ~ ('_' ~ loop.index if options.format == 'parquet' else '') %}
        {% for path in group %}{% do readers.update({path: label}) %}{% endfor %}
    {% endfor %}
    {% do return(found.bad) %}
{% endmacro %}
