{% macro sequence_expression(sequence, columns) %}
    {# A single part as it is; several as a struct with the parts' names, compared left to right. #}
    {% set names = columns | map(attribute='name') | list %}
    {% set parts = {} %}
    {% for part in sequence %}
        {% set name = sluice.same_name(names, part) %}
        {% do parts.update({name or 'part_' ~ loop.index: sluice.quote(name) if name else part}) %}
    {% endfor %}
    {% if sequence | length == 1 %}{% do return(parts.values() | first) %}{% endif %}
    {% do return(sluice.struct_of(parts)) %}
{% endmacro %}
