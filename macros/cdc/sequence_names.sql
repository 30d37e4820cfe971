{% macro sequence_names(sequence, names) %}
    {# What the parts of a sequence are called: columns by their names, expressions by their places. #}
    {% set fields = [] %}
    {% for part in sequence %}{% do fields.append(part if part in names else 'part_' ~ loop.index) %}{% endfor %}
    {% do return(fields) %}
{% endmacro %}
