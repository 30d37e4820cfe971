{% macro sequence_option(given, names, errors) %}
    {# sequence_by as a list of columns, as the query spells them, and of expressions. #}
    {% set value = given.get('sequence_by') %}
    {% set parts = [value] if value is string else value %}
    {% if not parts or parts is not sequence or parts is mapping
        or parts | reject('string') | list or '' in parts | map('trim') | list %}
        {% do errors.append(
            'sequence_by must be a column, an SQL expression or a list of them, found: ' ~ tojson(value)
        ) %}
        {% do return([]) %}
    {% endif %}
    {% set sequence = [] %}
    {% for part in parts %}{% do sequence.append(sluice.find_name(names, part | trim) or part | trim) %}{% endfor %}
    {% set fields = [] %}
    {% for field in sluice.sequence_names(sequence, names) %}
        {% if field in fields %}
            {% do errors.append("sequence_by has two parts of the name '" ~ field
                ~ "', expected each once, found: " ~ tojson(value)) %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {% do return(sequence) %}
{% endmacro %}


{% macro sequence_names(sequence, names) %}
    {# What the parts of a sequence are called: columns by their names, expressions by their places. #}
    {% set fields = [] %}
    {% for part in sequence %}{% do fields.append(part if part in names else 'part_' ~ loop.index) %}{% endfor %}
    {% do return(fields) %}
{% endmacro %}


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
    {% do return(sluice.struct_expression(parts)) %}
{% endmacro %}


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
    {% if sluice.is_struct(sluice.find_column(sluice.columns_of(batch), '_sluice_sequence').dtype) %}
        {% for field in sluice.query_columns('select _sluice_sequence.* from ' ~ batch) %}
            {% do values.update({
                options.sequence[0] ~ ', ' ~ field.name: '_sluice_sequence.' ~ sluice.quote(field.name),
            }) %}
        {% endfor %}
    {% endif %}
    {% do return(values) %}
{% endmacro %}
