{% macro duckdb__violations(rules) %}
    list_filter([
        {%- for rule in rules %}
        case when not {{ rule.column }} then {{ sluice.literal(rule.name) }} end
        {{- ',' if not loop.last }}
        {%- endfor %}
    ], lambda name: name is not null)
{%- endmacro %}


{% macro duckdb__sample_rows(relation, condition, limit) %}
    select to_json(sample)::varchar as sample
    from (
        select columns(lambda name: not starts_with(name, '_sluice_'))
        from {{ relation }}
        where {{ condition }}
        limit {{ limit }}
    ) as sample
{% endmacro %}


{% macro duckdb__file_text(path) %}
    {# read_text() passes over a missing file in silence. #}
    {% set query = 'select content from read_text(' ~ sluice.literal(path) ~ ')' %}
    {% set found = sluice.query_rows(query) if path and sluice.duckdb_runs(query) else [] %}
    {% do return(found[0].content if found else none) %}
{% endmacro %}
