{% macro vanished_files(files) %}
    {% do return(adapter.dispatch('vanished_files', 'sluice')(files)) %}
{% endmacro %}
