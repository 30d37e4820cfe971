{% macro column_list_option(option, value, names, errors, required=false) %}
    {# The columns that an option names, as the query spells them. #}
    {% if value is none and not required %}{% do return([]) %}{% endif %}
    {% set value = [value] if value is string else value %}
    {% if not value or value is mapping or value | reject('string') | list %}
        {% do errors.append(option ~ ' must be a non-empty list of column names, found: ' ~ value) %}
        {% do return([]) %}
    {% endif %}
    {% set result = [] %}
    {% for wanted in value %}
        {% set found = sluice.same_name(names, wanted) %}
        {% if found is none %}
            {% do errors.append(
                option ~ " column '" ~ wanted ~ "' is not in the query (available: " ~ names | join(', ') ~ ')'
            ) %}
        {% elif found in result %}
            {% do errors.append(option ~ " names the column '" ~ wanted ~ "' twice") %}
        {% else %}
            {% do result.append(found) %}
        {% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}

{% macro same_name(names, wanted) %}
    {% for name in names if name | lower == wanted | lower %}{% do return(name) %}{% endfor %}
    {% do return(none) %}
{% endmacro %}
