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
        {% set column = sluice.find_column(columns, part) if part in names else none %}
        {% do parts.update({
            fields[loop.index0]:
                sluice.exact_expression(sluice.quote(part), column.dtype) if column else part ~ '\n',
        }) %}
    {% endfor %}
    {% if sequence | length == 1 %}{% do return(parts.values() | first) %}{% endif %}
    {% do return(sluice.struct_expression(parts)) %}
{% endmacro %}


{% macro sequence_parts(options, events) %}
    {# What a sequence is made of: {'name', 'value' (SQL over staged events), 'dtype', 'null' (a condition)} of each
       part. An expression can be a struct too. None of them may be null, nor what is within a part. #}
    {% set dtype = sluice.find_column(options.typed, '_sluice_sequence').dtype %}
    {% set names, parts = options.sequence, [] %}
    {% if names | length == 1 %}
        {% do parts.append({'name': names[0], 'value': '_sluice_sequence', 'dtype': dtype}) %}
    {% endif %}
    {% if sluice.is_struct(dtype) %}
        {% for field in sluice.query_columns('select _sluice_sequence.* from ' ~ events) %}
            {% do parts.append({
                'name': names[loop.index0] if names | length > 1 else names[0] ~ ', ' ~ field.name,
                'value': '_sluice_sequence.' ~ sluice.quote(field.name), 'dtype': field.dtype,
            }) %}
        {% endfor %}
    {% endif %}
    {% for part in parts %}
        {% set is_told_apart = part.value == '_sluice_sequence' and parts | length > 1 %}
        {% set within = sluice.type_family(part.dtype) == 'nested' and not is_told_apart %}
        {% do part.update({'null': part.value ~ ' is null'
            ~ (' or ' ~ sluice.null_within_condition(part.value) if within else '')}) %}
    {% endfor %}
    {% do return(parts) %}
{% endmacro %}


{% macro null_within_condition(expression) %}
    {# True where a list, a struct or a map has a null somewhere within. #}
    {% do return(adapter.dispatch('null_within_condition', 'sluice')(expression)) %}
{% endmacro %}
