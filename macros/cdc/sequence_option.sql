{% macro sequence_option(given, errors) %}
    {# sequence_by as a list of columns or expressions. #}
    {% set sequence = given.get('sequence_by') %}
    {% set parts = [sequence] if sequence is string else sequence %}
    {% if parts and parts is sequence and parts is not mapping and not parts | reject('string') | list %}
        {% do return(parts) %}
    {% endif %}
    {% do errors.append('sequence_by must be a column, an SQL expression or a list of them, found: ' ~ sequence) %}
    {% do return([]) %}
{% endmacro %}
