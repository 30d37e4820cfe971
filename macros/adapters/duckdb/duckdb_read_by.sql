{% macro duckdb_read_by(options, reader, paths, readers) %}
    {# Notes the reader of the files that it reads to their end; returns the others. The sum of hashes makes it look at
       every value: a bare count of a Parquet file reads no data. #}
    {% set found = sluice.duckdb_split(
        'select sum(hash(line)::hugeint) from (' ~ sluice.duckdb_reader(options, reader, 'PATHS') ~ ')', paths) %}
    {% for path in found.good %}{% do readers.update({path: reader}) %}{% endfor %}
    {% do return(found.bad) %}
{% endmacro %}
