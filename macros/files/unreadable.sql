{% macro unreadable(format, path) %}
    {# Why a file has the status FAILED, as far as its name and format tell. #}
    {% set packing = {'.gz': 'gzip', '.zst': 'zstd'}.get('.' ~ path.lower().rpartition('.')[2]) %}
    {% set causes = {
        'json': ['it vanished', 'may not be read', 'has a line above 64 MiB'],
        'csv': ['it vanished', 'may not be read', 'is no UTF-8', 'has a row that does not fit its header', 'has an open quote'],
        'parquet': ['it vanished', 'may not be read', 'is no Parquet file', 'is cut off'],
    }[format] + (['is cut off or is no ' ~ packing ~ ' file'] if packing else []) %}
    {% do return('cannot be read to its end as ' ~ format ~ (' packed with ' ~ packing if packing else '') ~ ': ' ~ causes[:-1] | join(', ') ~ ' or ' ~ causes[-1]) %}
{% endmacro %}
