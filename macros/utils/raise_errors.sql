{% macro raise_errors(subject, errors, node=none) %}
    {# One error for all of them: what, where, and a line each. #}
    {% if errors %}
        {% set node = node or model %}
        {% set where = node.unique_id ~ (' (' ~ node.original_file_path ~ ')' if node.original_file_path else '') %}
        {% do exceptions.raise_compiler_error(subject ~ ' in ' ~ where ~ ':\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
{% endmacro %}
