{% macro replayed_columns(node, events) %}
    {# The columns of the query that the kept events came from: theirs, and those that were left out by name. #}
    {% set columns = sluice.columns_of(events)
        | rejectattr('name', 'in', ['_sluice_sequence', '_sluice_operation']) | list %}
    {% set excepted = (node.config.get('meta') or {}).get('except_column_list') or [] %}
    {% set excepted = [excepted] if excepted is string else excepted %}
    {% for name in excepted %}
        {% if sluice.column_named(columns, name) is none %}{% do columns.append(api.Column(name, 'unknown')) %}{% endif %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}
