{% macro duckdb_odd_files(paths) %}
    {# Files of lines that the CSV reader would not give back as they are: no UTF-8, its delimiter in the text, or line
       ends that are neither all LF nor all CR LF. #}
    {% if not paths %}{% do return([]) %}{% endif %}
    {% do return(sluice.rows("
        select filename as path
        from (select filename, try(decode(content)) as content from read_blob(" ~ sluice.duckdb_paths(paths) ~ "))
        where content is null
            or contains(content, E'\\x01\\x02\\x03\\x04')
            or (contains(content, E'\\r') and regexp_matches(content, E'\\r($|[^\\n])|(^|[^\\r])\\n|(^|\\n)\\r\\n'))
    ") | map(attribute='path') | list) %}
{% endmacro %}
