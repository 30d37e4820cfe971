{% macro kept_options(options, events) %}
    {# The options over all columns that the kept events have, so that a vanished column still counts. #}
    {% set columns = [] %}
    {% for column in adapter.get_columns_in_relation(events) if not sluice.is_reserved(column.name) %}
        {% do columns.append(column.name) %}
    {% endfor %}
    {% set values = columns | reject('in', options['keys']) | list %}
    {% set given = config.get('meta') or {} %}
    {% do options.update({
        'columns': columns,
        'values': values,
        'tracked': sluice.chosen_columns(
            given, 'track_history_column_list', 'track_history_except_column_list', values, values, []),
        'filled': sluice.filled_columns(given, values, []),
    }) %}
    {% do return(options) %}
{% endmacro %}
