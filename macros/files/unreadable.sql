{% macro unreadable(plan, path) %}
    {# Why a file has the status FAILED. #}
    {% set packing = {'.gz': 'gzip', '.zst': 'zstd'}.get('.' ~ path.lower().rpartition('.')[2]) %}
    {% do return('cannot be read to its end as ' ~ plan.options.format ~ (' packed with ' ~ packing if packing else '') ~ ': '
        ~ plan.reasons.get(path, 'no reason was found')) %}
{% endmacro %}
