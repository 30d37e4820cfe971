{% macro kept(rules) %}
    {# True for the rows that meet every rule but those that only warn. #}
    {% set verdicts = ['true'] %}
    {% for rule in rules if rule.on_violation != 'warn' %}
        {% do verdicts.append(sluice.verdict(rules.index(rule) + 1)) %}
    {% endfor %}
    {% do return(verdicts | join(' and ')) %}
{% endmacro %}
