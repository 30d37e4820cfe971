{% macro type_changes(options, kept, staged) %}
    {# Of the keys and the sequence, as messages: their values are compared, so their types must stay. #}
    {% set changes = [] %}
    {% for column in staged %}
        {% set old = sluice.column_named(kept, column.name) %}
        {% if old is not none and old.dtype != column.dtype
            and (column.name in options['keys'] or column.name == '_sluice_sequence') %}
            {% do changes.append(
                ('sequence_by' if column.name == '_sluice_sequence' else "key '" ~ column.name ~ "'")
                ~ ' was of type ' ~ old.dtype ~ ' and is now ' ~ column.dtype
            ) %}
        {% endif %}
    {% endfor %}
    {% do return(changes) %}
{% endmacro %}
