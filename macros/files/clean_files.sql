{% macro clean_files(due) %}
    {% do return(adapter.dispatch('clean_files', 'sluice')(due)) %}
{% endmacro %}
