{% macro duckdb_judging(sql, conditions) %}
    {# For planning only. What a join is on is one value of a row: there DuckDB takes no unnest(), which would multiply
       the rows, no aggregate, no window function and no COLUMNS(). The coalesce is that of judged_rows(). #}
    {% set verdicts = [] %}
    {% for condition in conditions %}{% do verdicts.append('coalesce((' ~ condition ~ '\n), false)') %}{% endfor %}
    {% do return(
        'select 1 from (\n' ~ sql ~ '\n) as batch join (select 1 as _sluice_one) as _sluice_one on ' ~ verdicts | join('\nand ')
    ) %}
{% endmacro %}
