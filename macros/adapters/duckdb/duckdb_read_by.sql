{% macro duckdb_read_by(options, reader, paths, readers) %}
    {# Notes the reader of the files that it reads to their end; returns the others. #}
    {% set found = sluice.duckdb_split(sluice.duckdb_read_to_its_end(options, reader, 'PATHS'), paths) %}
    {% for path in found.good %}{% do readers.update({path: reader}) %}{% endfor %}
    {% do return(found.bad) %}
{% endmacro %}
