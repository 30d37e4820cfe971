{% macro chosen_columns(given, list_option, except_option, names, default, errors, options={}) %}
    {# What a list option or its except_ twin leaves of the columns; `default` where neither is set, or both. #}
    {% set list, except = given.get(list_option), given.get(except_option) %}
    {% if list is not none and except is not none %}
        {% do errors.append(list_option ~ ' and ' ~ except_option ~ ' exclude each other; keep one') %}
    {% elif list is not none %}
        {% set chosen = sluice.column_list_option(list_option, list, names, errors, options) %}
        {% do return(names | select('in', chosen) | list if chosen else default) %}
    {% elif except is not none %}
        {% set excepted = sluice.column_list_option(except_option, except, names, errors, options) %}
        {% do return(names | reject('in', excepted) | list) %}
    {% endif %}
    {% do return(default) %}
{% endmacro %}
