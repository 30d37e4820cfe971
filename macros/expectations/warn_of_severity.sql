{% macro warn_of_severity(test, node) %}
    {# A rule that warns keeps what its test then finds. Our own tests know; dbt's are the same for all. #}
    {% if test.config.severity | lower == 'error' and 'severity' not in (test.unrendered_config or {}) %}
        {% do exceptions.warn(
            test.name ~ ': ' ~ node.name ~ ' keeps the rows that break this rule (on_violation: warn), and the test then fails, '
            ~ 'which stops dbt build; give it severity: warn, or severity: error if that is meant'
        ) %}
    {% endif %}
{% endmacro %}
