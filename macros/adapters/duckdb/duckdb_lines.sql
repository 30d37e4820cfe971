{% macro duckdb_lines(files) %}
    {# Raw lines: a JSON reader would lose the text of broken ones. The delimiter is four control
       characters in a row, which valid JSON cannot contain. #}
    {% do return(
        'select line, filename as path from read_csv(' ~ sluice.duckdb_list(files | map(attribute='path'))
        ~ ", columns = {'line': 'VARCHAR'}, delim = E'\\x01\\x02\\x03\\x04', quote = '', escape = '', "
        ~ 'header = false, auto_detect = false, strict_mode = false, max_line_size = 67108864, filename = true)'
    ) %}
{% endmacro %}
