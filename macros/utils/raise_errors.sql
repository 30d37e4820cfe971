{% macro raise_errors(subject, errors) %}
    {% if errors %}
        {% set where = model.unique_id ~ (' (' ~ model.original_file_path ~ ')' if model.original_file_path else '') %}
        {% do exceptions.raise_compiler_error(subject ~ ' in ' ~ where ~ ':\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
{% endmacro %}
