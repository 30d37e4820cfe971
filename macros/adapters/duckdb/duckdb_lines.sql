{% macro duckdb_lines(paths, encoding='utf-8') %}
    {# Raw lines, read in parallel: a JSON reader would lose the text of broken ones. The delimiter is four control
       characters in a row, which valid JSON cannot contain. #}
    {% do return(
        'read_csv(' ~ paths ~ ", columns = {'line': 'VARCHAR'}, delim = E'\\x01\\x02\\x03\\x04', quote = '', escape = '', "
        ~ 'header = false, auto_detect = false, strict_mode = false, max_line_size = 67108864, filename = true, '
        ~ "hive_partitioning = false, encoding = '" ~ encoding ~ "')"
    ) %}
{% endmacro %}
