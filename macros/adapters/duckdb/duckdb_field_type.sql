{% macro duckdb_field_type(options, field) %}
    {# An aggregate that names the JSON structure of all values of a field. The values of a CSV file are text: there it
       is the type as which they all read back the same. #}
    {% set pointer = sluice.duckdb_json_pointer(field) %}
    {% if options.format == 'json' %}
        {% do return("coalesce(json_group_structure(json_extract(line, " ~ pointer ~ "))::varchar, '')") %}
    {% endif %}
    {% set text = 'json_extract_string(line, ' ~ pointer ~ ')' %}
    {% do return(
        "case when count(" ~ text ~ ") = 0 then '' "
        ~ "when bool_and(" ~ text ~ " in ('true', 'false')) then '\"BOOLEAN\"' "
        ~ "when bool_and(coalesce(try_cast(" ~ text ~ " as bigint)::varchar = " ~ text ~ ", " ~ text ~ " is null)) then '\"BIGINT\"' "
        ~ "when bool_and(regexp_full_match(" ~ text ~ ", '-?(0|[1-9][0-9]{0,14})([.][0-9]+)?')) then '\"DOUBLE\"' else '' end"
    ) %}
{% endmacro %}
