{% macro duckdb__same_as_previous(expressions, window) %}
    {# A row is never null, so a key's first event, whose lag is null, continues nothing. #}
    {% set this_row = 'row(' ~ expressions | join(', ') ~ ')' %}
    {% do return('lag(' ~ this_row ~ ') over (' ~ window ~ ') is not distinct from ' ~ this_row) %}
{% endmacro %}
