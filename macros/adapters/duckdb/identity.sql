{% macro duckdb__identity_expression(expression, type) %}
    {# Intervals and floats compare by what they are worth, and so do those within a nested value. #}
    {% if sluice.type_family(type) in ('float', 'nested') or type | upper == 'INTERVAL' %}
        {% do return('cast(' ~ expression ~ ' as varchar) collate "binary"') %}
    {% endif %}
    {% do return(none) %}
{% endmacro %}


{% macro duckdb__exact_expression(expression, type) %}
    {# A collation that stands at the value wins over that of a table or of the session (default_collation). #}
    {% do return(expression ~ ' collate "binary"' if sluice.type_family(type) == 'text' else expression) %}
{% endmacro %}
