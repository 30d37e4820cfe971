{% macro duckdb__sample_rows(relation, condition, limit) %}
    select to_json(sample)::varchar as sample
    from (
        select columns(lambda name: not starts_with(name, '_sluice_'))
        from {{ relation }}
        where {{ condition }}
        limit {{ limit }}
    ) as sample
{% endmacro %}
