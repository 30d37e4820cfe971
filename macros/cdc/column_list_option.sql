{% macro column_list_option(option, value, names, errors, options={}) %}
    {# The columns that an option names, as the query spells them. `options` tells why the query has a column
       that is not among `names`: it is a key, or the target does not get it. #}
    {% set wanted = (([value] if value | trim else []) if value is string else value) %}
    {% if not wanted or wanted is not iterable or wanted is mapping or wanted | reject('string') | list %}
        {% do errors.append(option ~ ' must be a non-empty list of column names, found: ' ~ tojson(value)) %}
        {% do return([]) %}
    {% endif %}
    {% set result = [] %}
    {% for name in wanted %}
        {% set found = sluice.same_name(names, name) %}
        {% if found is none %}
            {% do errors.append(
                option ~ " column '" ~ name ~ "' " ~ (
                    'is a key, and a key never changes' if sluice.same_name(options.get('keys', []), name)
                    else 'is dropped by column_list or except_column_list' if sluice.same_name(options.get('query', []), name)
                    else 'is not in the query'
                ) ~ ' (available: ' ~ names | join(', ') ~ ')'
            ) %}
        {% elif found in result %}
            {% do errors.append(option ~ " names the column '" ~ name ~ "' twice") %}
        {% else %}
            {% do result.append(found) %}
        {% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
