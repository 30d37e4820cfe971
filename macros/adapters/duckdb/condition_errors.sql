{% macro duckdb__condition_errors(sql, rules) %}
    {# json_serialize_plan() answers with the error, where all else raises it. The first question is for all rules at
       once. What it has no plan for (files) fails too, so the rules are then asked one by one over typed nulls. #}
    {% set all = sluice.duckdb_judging(sql, rules | map(attribute='condition')) %}
    {% if sluice.rows("select json_serialize_plan(" ~ sluice.literal(all) ~ ") ->> '$.error' as error")[0].error == 'false' %}
        {% do return([]) %}
    {% endif %}
    {% set nulls = sluice.duckdb_typed_nulls(sluice.query_columns(sql)) %}
    {% set errors = [] %}
    {% for rule in rules %}
        {% set one = sluice.duckdb_judging(nulls, [rule.condition]) %}
        {% set answer = fromjson(sluice.rows('select json_serialize_plan(' ~ sluice.literal(one) ~ ') as answer')[0].answer) %}
        {% if answer.error %}
            {% do errors.append(rule.name ~ ' (' ~ rule.condition ~ '): ' ~ answer.error_message | replace('\n', '; ')) %}
        {% endif %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
