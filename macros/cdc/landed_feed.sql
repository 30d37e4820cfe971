{% macro landed_feed(relation) %}
    {# Python reads a streaming table whole, by ref(): its batch number is no column of the user's. #}
    {% set names = [] %}
    {% for column in sluice.columns_of(relation) if column.name != '_sluice_batch' %}
        {% do names.append(column.name) %}
    {% endfor %}
    {% do return('select ' ~ sluice.quoted(names) | join(', ') ~ ' from ' ~ relation) %}
{% endmacro %}
