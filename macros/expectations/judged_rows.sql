{% macro judged_rows(sql, rules) %}
    {# The batch with a boolean for each rule: the one pass over it that decides every row. #}
    select
        batch.*
        {%- for rule in rules %},
        /* {{ rule.name | replace('/*', '/ *') | replace('*/', '* /') }} */ coalesce(({{ rule.condition }}
        ), false) as {{ sluice.verdict(loop.index) }}
        {%- endfor %}
    from (
        {{ sql }}
    ) as batch
{% endmacro %}
