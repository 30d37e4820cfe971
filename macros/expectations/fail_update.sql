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
