{# PUBLIC: event_rules #}

{% macro event_rules(keys=none, sequence_by=none, rescued=true) %}
    {# The rules without which a row is no change event, for the `rules` of sluice.expectations: {name: condition}. #}
    {% set errors, rules = [], {} %}
    {% for option, value in [('keys', keys), ('sequence_by', sequence_by)] %}
        {% set parts = [value] if value is string else value %}
        {% if parts is not sequence or parts is mapping or not parts or parts | reject('string') | list
            or '' in parts | map('trim') | list %}
            {% do errors.append(option ~ ' must be a column'
                ~ (' or an SQL expression,' if option == 'sequence_by' else '') ~ ' or a list of them, found: '
                ~ tojson(value)) %}
            {% set parts = [] %}
        {% endif %}
        {% for part in parts | map('trim') %}
            {% set is_column = option == 'keys' or modules.re.match('\\w+$', part) is not none %}
            {% set name = 'has_' ~ (part if is_column else 'sequence_' ~ loop.index) %}
            {% do rules.update({name: (sluice.quote(part) if is_column else '(' ~ part ~ '\n)') ~ ' is not null'}) %}
        {% endfor %}
    {% endfor %}
    {% if rescued is not boolean %}
        {% do errors.append('rescued must be true or false, found: ' ~ tojson(rescued)) %}
    {% elif rescued %}
        {% do rules.update({'nothing_rescued': '_rescued_data is null'}) %}
    {% endif %}
    {% if errors %}
        {% do exceptions.raise_compiler_error('sluice.event_rules error:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
    {% do return(rules) %}
{% endmacro %}
