{% macro sequence_expression(sequence, columns) %}
    {# A single part as it is; several as a struct with the parts' names, compared left to right. An expression
       may end in a comment, hence the line breaks after it. #}
    {% set names = columns | map(attribute='name') | list %}
    {% set fields = sluice.sequence_names(sequence, names) %}
    {% set parts = {} %}
    {% for part in sequence %}
        {% do parts.update({fields[loop.index0]: sluice.quote(part) if part in names else part ~ '\n'}) %}
    {% endfor %}
    {% if sequence | length == 1 %}{% do return(parts.values() | first) %}{% endif %}
    {% do return(sluice.struct_of(parts)) %}
{% endmacro %}
