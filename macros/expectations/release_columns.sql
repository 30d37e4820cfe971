{% macro release_columns(relation, quarantine) %}
    {# The user's columns of the table, of its quarantine, and of both together. #}
    {% set columns = {'table': [], 'quarantine': [], 'all': []} %}
    {% for name, source in [('quarantine', quarantine), ('table', relation)] %}
        {% for column in sluice.columns_of(source) if not sluice.is_reserved(column.name) %}
            {% do columns[name].append(column) %}
            {% if sluice.column_named(columns.all, column.name) is none %}{% do columns.all.append(column) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}
