{% macro is_reserved(name) %}
    {% do return((name | lower).startswith('_sluice_')) %}
{% endmacro %}
