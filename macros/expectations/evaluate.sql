{% macro rows_with_results(sql, rules) %}
    {# The batch with a boolean for each rule: the one pass over it that decides every row. `batch` is the name by which
       a condition may qualify a column of the row; no SQL of ours does. #}
    select
        *
        {%- for rule in rules %},
        /* {{ rule.name | replace('/*', '/ *') | replace('*/', '* /') }} */ coalesce(({{ rule.condition }}
        ), false) as {{ rule.column }}
        {%- endfor %}
    from (
        {{ sql }}
    ) as batch
{% endmacro %}


{% macro count_violations(batch, rules, node=none) %}
    {# Counts over a batch with results: see violation_results(). #}
    {% do return(sluice.violation_results(sluice.query_rows(sluice.violation_counts(batch, rules))[0], rules, node)) %}
{% endmacro %}


{% macro violation_counts(batch, rules) %}
    {# A query of one row: how many rows a batch with results has, how many broke each rule, how many one that drops or
       fails. #}
    select
        count(*) as num_judged,
        {%- for rule in rules %}
        count(*) filter (where not {{ rule.column }}) as failed_{{ loop.index }},
        {%- endfor %}
        count(*) filter (where not ({{ sluice.passed_condition(rules) }})) as num_dropped
    from {{ batch }} as _sluice_counted
{% endmacro %}


{% macro violation_results(found, rules, node=none) %}
    {# {'rows', 'dropped', 'expectations': [{name, passed_records, ...}]} of the row of violation_counts(); none is a
       batch without rows. #}
    {% set found = found or {'num_judged': 0, 'num_dropped': 0} %}
    {% set expectations = [] %}
    {% for rule in rules %}
        {% set failed = found.get('failed_' ~ loop.index, 0) | int %}
        {% do expectations.append({
            'name': rule.name,
            'dataset': (node or model).name,
            'on_violation': rule.on_violation,
            'passed_records': found.num_judged | int - failed,
            'failed_records': failed,
        }) %}
    {% endfor %}
    {% do return({'rows': found.num_judged | int, 'dropped': found.num_dropped | int, 'expectations': expectations}) %}
{% endmacro %}


{% macro passed_condition(rules) %}
    {# True for the rows that meet every rule but those that only warn. #}
    {% set columns = rules | rejectattr('on_violation', 'equalto', 'warn') | map(attribute='column') | list %}
    {% do return((['true'] + columns) | join(' and ')) %}
{% endmacro %}


{% macro violations(rules) %}
    {# An SQL expression over a batch with results: the list of the names of all rules that the row broke. #}
    {% do return(adapter.dispatch('violations', 'sluice')(rules)) %}
{% endmacro %}


{% macro fail_update(batch, rules, results, started) %}
    {# Nothing of the batch is written, but the counts of every rule are kept, and all broken rules named. #}
    {% set broken = [] %}
    {% for rule in rules %}
        {% set failed = results.expectations[loop.index0].failed_records %}
        {% if rule.fail_above is not none and sluice.is_above(failed, results.rows, rule.fail_above) %}
            {% set samples = [] %}
            {% for row in sluice.query_rows(sluice.sample_rows(batch, 'not ' ~ rule.column, 3)) %}
                {% do samples.append(row.values() | first) %}
            {% endfor %}
            {% do broken.append(
                rule.name ~ ' (' ~ rule.condition ~ '): ' ~ failed ~ ' of ' ~ results.rows
                ~ ' rows' ~ (' (fail_above: ' ~ rule.fail_above ~ ')' if rule.on_violation != 'fail' else '')
                ~ ', for example ' ~ samples | join(' and ')
            ) %}
        {% endif %}
    {% endfor %}
    {% if broken %}
        {# Of ours the transaction holds only the staged batch so far: what is committed is the log (and what
           pre-hooks inside the transaction did). #}
        {% do sluice.log_events([
            sluice.flow_event('FAILED', {'num_input_rows': results.rows}, started, results.expectations),
        ], this.database) %}
        {% do adapter.commit() %}
        {% do broken.append('way out: mend the input or the rule, then run again; the batch is still unread') %}
        {% do sluice.raise_errors('Expectations were broken, nothing was written', broken) %}
    {% endif %}
{% endmacro %}


{% macro sample_rows(relation, condition, limit) %}
    {# A query of a few rows as JSON text in one column, without our columns, for error messages. #}
    {% do return(adapter.dispatch('sample_rows', 'sluice')(relation, condition, limit)) %}
{% endmacro %}
