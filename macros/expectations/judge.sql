{% macro judge(batch, rules, node=none) %}
    {# Counts over the judged batch: {'rows', 'dropped', 'expectations': [{name, passed_records, ...}]}. #}
    {% set counts = ['count(*) as num_rows'] %}
    {% for rule in rules %}
        {% do counts.append('count(*) filter (where not ' ~ sluice.verdict(loop.index) ~ ') as failed_' ~ loop.index) %}
    {% endfor %}
    {% do counts.append('count(*) filter (where not (' ~ sluice.kept(rules) ~ ')) as num_dropped') %}
    {% set found = sluice.rows('select ' ~ counts | join(', ') ~ ' from ' ~ batch ~ ' as batch')[0] %}
    {% set expectations = [] %}
    {% for rule in rules %}
        {% set failed = found['failed_' ~ loop.index] | int %}
        {% do expectations.append({
            'name': rule.name,
            'dataset': (node or model).name,
            'on_violation': rule.on_violation,
            'passed_records': found.num_rows | int - failed,
            'failed_records': failed,
        }) %}
    {% endfor %}
    {% do return({'rows': found.num_rows | int, 'dropped': found.num_dropped | int, 'expectations': expectations}) %}
{% endmacro %}
