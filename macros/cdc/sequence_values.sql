{% macro sequence_values(options, batch) %}
    {# {part: SQL of its value in the staged batch}: none of them may be null. An expression can be a struct too. #}
    {% set values = {} %}
    {% set fields = sluice.sequence_names(options.sequence, options.query) %}
    {% if options.sequence | length > 1 %}
        {% for part in options.sequence %}
            {% do values.update({part: '_sluice_sequence.' ~ sluice.quote(fields[loop.index0])}) %}
        {% endfor %}
        {% do return(values) %}
    {% endif %}
    {% do values.update({options.sequence[0]: '_sluice_sequence'}) %}
    {% if sluice.column_named(sluice.columns_of(batch), '_sluice_sequence').dtype.startswith('STRUCT') %}
        {% for field in sluice.query_columns('select _sluice_sequence.* from ' ~ batch) %}
            {% do values.update({options.sequence[0] ~ ', ' ~ field.name: '_sluice_sequence.' ~ sluice.quote(field.name)}) %}
        {% endfor %}
    {% endif %}
    {% do return(values) %}
{% endmacro %}
