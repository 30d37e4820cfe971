{% macro result_level(result) %}
    {% set status = result.status | string %}
    {% if status in ('error', 'fail', 'runtime error', 'partial success') %}{% do return('ERROR') %}{% endif %}
    {% do return('WARN' if status == 'warn' else 'INFO') %}
{% endmacro %}
