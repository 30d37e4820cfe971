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


{% macro verdict(number) %}
    {% do return('_sluice_rule_' ~ number) %}
{% endmacro %}


{% macro kept(rules) %}
    {# True for the rows that meet every rule but those that only warn. #}
    {% set verdicts = ['true'] %}
    {% for rule in rules if rule.on_violation != 'warn' %}
        {% do verdicts.append(sluice.verdict(rules.index(rule) + 1)) %}
    {% endfor %}
    {% do return(verdicts | join(' and ')) %}
{% endmacro %}


{% macro violations(rules) %}
    {% do return(adapter.dispatch('violations', 'sluice')(rules)) %}
{% endmacro %}


{% macro fail_update(batch, rules, judgement, started) %}
    {# Nothing of the batch is written, but the counts of every rule are kept, and all broken rules named. #}
    {% set broken = [] %}
    {% for rule in rules if rule.on_violation == 'fail' %}
        {% set number = rules.index(rule) + 1 %}
        {% set failed = judgement.expectations[number - 1].failed_records %}
        {% if failed %}
            {% set samples = [] %}
            {% for row in sluice.rows(sluice.sample_rows(batch, 'not ' ~ sluice.verdict(number), 3)) %}
                {% do samples.append(row.values() | first) %}
            {% endfor %}
            {% do broken.append(
                rule.name ~ ' (' ~ rule.condition ~ '): ' ~ failed ~ ' of ' ~ judgement.rows
                ~ ' rows, for example ' ~ samples | join(' and ')
            ) %}
        {% endif %}
    {% endfor %}
    {% if broken %}
        {# Of ours the transaction holds only the judged batch so far: what is committed is the log (and what
           pre-hooks inside the transaction did). #}
        {% do sluice.log_flow('FAILED', {'num_input_rows': judgement.rows}, started, judgement.expectations) %}
        {% do adapter.commit() %}
        {% do broken.append('way out: mend the input or the rule, then run again; the batch is still unread') %}
        {% do sluice.raise_errors('Expectations with on_violation: fail were broken, nothing was written', broken) %}
    {% endif %}
{% endmacro %}


{% macro sample_rows(relation, condition, limit) %}
    {% do return(adapter.dispatch('sample_rows', 'sluice')(relation, condition, limit)) %}
{% endmacro %}
