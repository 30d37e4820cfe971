{% macro sequence_option(given, names, errors) %}
    {# sequence_by as a list of columns, as the query spells them, and of expressions. #}
    {% set value = given.get('sequence_by') %}
    {% set parts = [value] if value is string else value %}
    {% if not parts or parts is not sequence or parts is mapping
        or parts | reject('string') | list or '' in parts | map('trim') | list %}
        {% do errors.append('sequence_by must be a column, an SQL expression or a list of them, found: ' ~ tojson(value)) %}
        {% do return([]) %}
    {% endif %}
    {% set sequence = [] %}
    {% for part in parts %}{% do sequence.append(sluice.same_name(names, part | trim) or part | trim) %}{% endfor %}
    {% set fields = [] %}
    {% for field in sluice.sequence_names(sequence, names) %}
        {% if field in fields %}
            {% do errors.append("sequence_by has two parts of the name '" ~ field ~ "', expected each once, found: " ~ tojson(value)) %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {% do return(sequence) %}
{% endmacro %}
