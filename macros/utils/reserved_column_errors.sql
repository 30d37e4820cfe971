{% macro reserved_column_errors(columns) %}
    {% set errors = [] %}
    {% for column in columns if sluice.is_reserved(column.name) %}
        {% do errors.append(
            "column '" ~ column.name ~ "' begins with the reserved prefix _sluice_; rename it, or leave it out"
            ~ ' (stream() yields a streaming table without it)'
        ) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
