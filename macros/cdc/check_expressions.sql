{% macro check_expressions(options, columns, errors) %}
    {# The engine reads the expressions of the options over nulls of the query's types: no row is looked at. #}
    {% set conditions = {'apply_as_deletes': options.deletes, 'apply_as_truncates': options.truncates} %}
    {% set expressions = {} %}
    {% for name, condition in conditions.items() if condition is string and condition | trim %}
        {% do expressions.update({name: condition}) %}
    {% endfor %}
    {% for part in options.sequence if part not in options.query %}{% do expressions.update({part: part}) %}{% endfor %}
    {% set before = errors | length %}
    {% for name, found in sluice.checked_expressions(columns, expressions).items() %}
        {% set option = name if name in conditions else 'sequence_by' %}
        {% if found.error %}
            {% do errors.append(option ~ ' must be ' ~ ('a condition' if name in conditions else 'a column or an expression')
                ~ ' over the columns of the query (' ~ options.query | join(', ') ~ "), found: '" ~ expressions[name] ~ "': " ~ found.error) %}
        {% elif name in conditions and not found.boolean %}
            {% do errors.append(option ~ " must be a condition, true or false, found: '" ~ expressions[name] ~ "', which is "
                ~ found.dtype ~ '; write a comparison') %}
        {% endif %}
    {% endfor %}
    {% if options.open_end and options.sequence and errors | length == before %}
        {% do sluice.check_open_end(options, columns, errors) %}
    {% endif %}
{% endmacro %}
