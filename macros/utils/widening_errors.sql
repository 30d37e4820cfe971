{% macro widening_errors(relation, widened) %}
    {# For columns that are to become wider, and that a constraint or an index holds to their type. #}
    {% set errors = [] %}
    {% set fixed = sluice.fixed_columns(relation) if widened else {} %}
    {% for column in widened if column.name | lower in fixed %}
        {% do errors.append(
            "column '" ~ column.name ~ "' is now " ~ column.dtype ~ ', and ' ~ fixed[column.name | lower]
            ~ ' keeps its type from being changed; cast it in the model, or start over: ' ~ sluice.start_over(model)
        ) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
