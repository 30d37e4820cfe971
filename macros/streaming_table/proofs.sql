{% macro proved_rules(rules, recorded, starts_over, unbroken) %}
    {# The rules that drop or fail of which it is known that no row of the table breaks them, {name: condition}: batches
       are held against them, and the rows before, by name: `unbroken` is what warn_later_rules() found. A condition
       that may look at more than the row proves nothing for tomorrow. #}
    {% set known, proved = recorded.get('proved') or {}, {} %}
    {% for rule in rules if rule.on_violation != 'warn' and sluice.is_told_by_the_row(rule.condition)
        and (starts_over or rule.name in unbroken or known.get(rule.name) == rule.condition) %}
        {% do proved.update({rule.name: rule.condition}) %}
    {% endfor %}
    {% do return(proved) %}
{% endmacro %}


{% macro held_rules(rules, results, proved) %}
    {# The names of the rules whose dbt test finds nothing behind this batch. One that warns is held against the newest
       batch, which is this one if it has rows. #}
    {% set names = [] %}
    {% for rule in rules %}
        {% set failed = results.expectations[loop.index0].failed_records %}
        {% if rule.name in proved or (rule.on_violation == 'warn' and results.rows and not failed) %}
            {% do names.append(rule.name) %}
        {% endif %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}


{% macro without_proofs(state) %}
    {# What is to be recorded of a table whose rows an operation moved, by the rules as they were then: what was known
       of all rows counts no more, and its next run looks. #}
    {% set recorded = state.options.get(state.dataset, {}) %}
    {% if 'proved' not in recorded %}{% do return({}) %}{% endif %}
    {% set kept = {} %}
    {% for name, value in recorded.items() if name != 'proved' %}{% do kept.update({name: value}) %}{% endfor %}
    {% do return({state.dataset: kept}) %}
{% endmacro %}
