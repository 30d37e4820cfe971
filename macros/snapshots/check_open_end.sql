{% macro check_open_end(options, columns, errors) %}
    {# dbt_valid_to_current stands in valid_to, beside values of the sequence: it has to be of their type. #}
    {% set sequence = sluice.sequence_expression(options.sequence, columns) %}
    {% set found = sluice.checked_expressions(columns, {
        'sequence': sequence, 'either': 'coalesce(' ~ sequence ~ '\n, ' ~ options.open_end ~ '\n)',
    }) %}
    {% if found.either.error %}
        {% do errors.append('dbt_valid_to_current must be an SQL expression of the type of sequence_by (' ~ found.sequence.dtype
            ~ "), found: '" ~ options.open_end ~ "': " ~ found.either.error) %}
    {% elif found.either.dtype != found.sequence.dtype %}
        {% do errors.append('dbt_valid_to_current must be of the type of sequence_by (' ~ found.sequence.dtype ~ "), found: '"
            ~ options.open_end ~ "', which makes valid_to " ~ found.either.dtype ~ '; cast it') %}
    {% endif %}
{% endmacro %}
