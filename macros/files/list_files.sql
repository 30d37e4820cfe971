{% macro list_files(options, known) %}
    {% do return(adapter.dispatch('list_files', 'sluice')(options, known)) %}
{% endmacro %}
