{% macro count_rows(plan, target) %}
    {% do plan.metrics.update({'num_upserted_rows': sluice.rows('select count(*) as num_rows from ' ~ target)[0].num_rows}) %}
{% endmacro %}
