{% macro duckdb_same_decimal(options, field, text) %}
    {# Equal as text, or as numbers of at most 12 decimals. A JSON number comes by way of a double: where its text does
       not stand in the line, it was rounded. #}
    {% set same = "(regexp_full_match(" ~ text ~ ", '[^.eE]*([.][0-9]{0,12}0*)?([eE][+]?[0-9]+)?') and coalesce("
        ~ field ~ ' = try_cast(' ~ text ~ ' as decimal(38, 12)), false))' %}
    {% set same = '(' ~ field ~ '::varchar = ' ~ text ~ ' or ' ~ same ~ ')' %}
    {% do return(same ~ (' and contains(line, ' ~ text ~ ')' if options.format == 'json' else '')) %}
{% endmacro %}
