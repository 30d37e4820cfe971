{% macro stage_batch(query, rules, started) %}
    {# What is to be appended: {rows: a relation or a query, judgement: judge() of it, temps: tables to drop}. Rules are
       judged on a copy. Without any the rows go straight into the table, and their number is known when they are in,
       see settle_batch(). A query that reads this table itself needs it as it was, so it is copied too. #}
    {% if not rules and this | string not in query %}
        {% do return({'rows': '(\n' ~ query ~ '\n)', 'judgement': {'rows': none}, 'temps': []}) %}
    {% endif %}
    {% set rows = sluice.create_temp('batch', sluice.judged_rows(query, rules)) %}
    {% set judgement = sluice.judge(rows, rules) %}
    {% do sluice.fail_update(rows, rules, judgement, started) %}
    {% do return({'rows': rows, 'judgement': judgement, 'temps': [rows]}) %}
{% endmacro %}
