{% macro duckdb_records(options, files) %}
    {# The records of all the files, each file by the reader that was chosen for it. #}
    {% set parts = [] %}
    {% for reader, chosen in files | groupby('reader') %}
        {% do parts.append(sluice.duckdb_reader(options, reader, sluice.duckdb_paths(chosen | map(attribute='path')))) %}
    {% endfor %}
    {% do return(parts | join('\nunion all\n')) %}
{% endmacro %}
