{% macro chosen_columns(given, list_option, except_option, names, default, errors) %}
    {# What a list option or its except_ twin leaves of the columns; `default` where neither is set. #}
    {% if given.get(list_option) is not none and given.get(except_option) is not none %}
        {% do errors.append(list_option ~ ' and ' ~ except_option ~ ' exclude each other; keep one') %}
        {% do return(default) %}
    {% elif given.get(list_option) is not none %}
        {% set chosen = sluice.column_list_option(list_option, given[list_option], names, errors) %}
        {% do return(names | select('in', chosen) | list) %}
    {% elif given.get(except_option) is not none %}
        {% set excepted = sluice.column_list_option(except_option, given[except_option], names, errors) %}
        {% do return(names | reject('in', excepted) | list) %}
    {% endif %}
    {% do return(default) %}
{% endmacro %}
