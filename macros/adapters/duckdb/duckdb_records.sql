{% macro duckdb_records(options, files, texts={}) %}
    {# The records of all the files, each file by the reader that was chosen for it. #}
    {% set parts = [] %}
    {% for reader, chosen in files | groupby('reader') %}
        {% set paths = sluice.duckdb_paths(chosen | map(attribute='path')) %}
        {% do parts.append(sluice.duckdb_reader(options, reader, paths, texts.get(reader, []))) %}
    {% endfor %}
    {% do return(parts | join('\nunion all\n')) %}
{% endmacro %}
