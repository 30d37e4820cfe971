{% macro file_rows(options, schema, files) %}
    {% do return(adapter.dispatch('file_rows', 'sluice')(options, schema, files)) %}
{% endmacro %}
