{% macro new_fields(options, known, files) %}
    {% if not files %}{% do return({'fields': {}, 'duplicates': false}) %}{% endif %}
    {% do return(adapter.dispatch('new_fields', 'sluice')(options, known, files)) %}
{% endmacro %}
