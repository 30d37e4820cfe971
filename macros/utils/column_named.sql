{% macro column_named(columns, name) %}
    {% for column in columns if column.name | lower == name | lower %}
        {% do return(column) %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}
