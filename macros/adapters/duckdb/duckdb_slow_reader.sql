{% macro duckdb_slow_reader(options, packed) %}
    {# The reader that copes with every byte where 'stream' does not, or none. #}
    {% if options.format != 'json' or (packed and options.multi_line) %}{% do return(none) %}{% endif %}
    {% do return('latin' if packed else 'bytes') %}
{% endmacro %}
