{% macro duckdb_field_type(options, field) %}
    {# An aggregate that names the kinds of all values of a field. The values of a CSV file are text: there it is the
       type as which they all read back the same. Not json_structure(), which dies of 129 levels in one line. #}
    {% set pointer = sluice.duckdb_json_pointer(field) %}
    {% if options.format == 'json' %}
        {% set kind = 'json_type(line, ' ~ pointer ~ ')' %}
        {% do return('coalesce(list_aggregate(list_sort(list(distinct ' ~ kind ~ ') filter (where ' ~ kind ~ " <> 'NULL')), 'string_agg', ' '), '')") %}
    {% endif %}
    {% set text = 'json_extract_string(line, ' ~ pointer ~ ')' %}
    {% do return(
        "case when count(" ~ text ~ ") = 0 then '' "
        ~ "when bool_and(" ~ text ~ " in ('true', 'false')) then 'BOOLEAN' "
        ~ "when bool_and(coalesce(try_cast(" ~ text ~ " as bigint)::varchar = " ~ text ~ ", " ~ text ~ " is null)) then 'BIGINT' "
        ~ "when bool_and(regexp_full_match(" ~ text ~ ", '-?(0|[1-9][0-9]{0,14})([.][0-9]+)?')) then 'DOUBLE' else '' end"
    ) %}
{% endmacro %}
