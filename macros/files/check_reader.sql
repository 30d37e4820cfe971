{% macro check_reader() %}
    {# What was read is noted by the materialization of a streaming table; anything else would read all files each time. #}
    {% if model.resource_type in ('model', 'snapshot') and config.get('materialized') != 'streaming_table' %}
        {% do sluice.raise_errors('read_files() error', [
            'read_files() notes which files were read, which only a streaming_table does; this ' ~ model.resource_type ~ ' is materialized as '
            ~ config.get('materialized') ~ ' (way out: make it a streaming_table and read that, or read all files with a plain source())',
        ]) %}
    {% endif %}
{% endmacro %}
