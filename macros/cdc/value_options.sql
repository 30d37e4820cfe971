{% macro value_options(options, columns, errors) %}
    {# What depends on the set of columns: {'columns', 'attributes' (those that are no key), 'tracked', 'filled'}. #}
    {% set attributes = columns | reject('in', options['keys']) | list %}
    {% do return({
        'columns': columns,
        'attributes': attributes,
        'tracked': sluice.chosen_columns(options.given,
            'track_history_column_list', 'track_history_except_column_list', attributes, attributes, errors, options),
        'filled': sluice.filled_columns(options, attributes, errors),
    }) %}
{% endmacro %}
