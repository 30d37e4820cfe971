{% macro duckdb_table_reader(options, paths) %}
    {# CSV is read strictly and as text, from the first line on: what does not fit the header is an error of the file. #}
    {% set common = ", union_by_name = true, filename = '_sluice_path', hive_partitioning = false)" %}
    {% if options.format == 'parquet' %}{% do return('read_parquet(' ~ paths ~ common) %}{% endif %}
    {% do return(
        'read_csv(' ~ paths ~ ', all_varchar = true, header = ' ~ options.header ~ ', skip = 0, strict_mode = true, max_line_size = 67108864, delim = '
        ~ sluice.literal(options.delimiter) ~ ', quote = ' ~ sluice.literal(options.quote) ~ ', escape = ' ~ sluice.literal(options.escape) ~ common
    ) %}
{% endmacro %}
