{% macro filled_columns(options, values, errors) %}
    {# The columns in which a null keeps what was there before: ignore_null_updates and its two lists. #}
    {% set given = options.given %}
    {% set all = given.get('ignore_null_updates') %}
    {% set lists = ('ignore_null_updates_column_list', 'ignore_null_updates_except_column_list') %}
    {% if all is not none and all is not boolean %}
        {% do errors.append('ignore_null_updates must be true or false, found: ' ~ tojson(all)) %}
    {% elif all and (given.get(lists[0]) is not none or given.get(lists[1]) is not none) %}
        {% do errors.append('ignore_null_updates, ' ~ lists | join(' and ') ~ ' exclude each other; keep one') %}
    {% endif %}
    {% do return(sluice.chosen_columns(given, lists[0], lists[1], values, values if all is true else [], errors, options)) %}
{% endmacro %}
