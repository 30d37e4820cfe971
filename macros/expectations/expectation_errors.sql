{% macro expectation_errors(test, on_violation, node) %}
    {# Why a test cannot be an expectation of the node, a message each. #}
    {% set errors = [] %}
    {% if on_violation not in ('warn', 'drop', 'fail') %}
        {% do errors.append(test.name ~ ': on_violation must be one of [warn, drop, fail], found: ' ~ on_violation) %}
    {% endif %}
    {% set kind = sluice.kind_of_test(test) %}
    {% if kind not in sluice.row_level_tests() %}
        {% do errors.append(
            test.name ~ ': on_violation needs a test that looks at one row at a time (' ~ sluice.row_level_tests() | join(', ')
            ~ '), found: ' ~ kind ~ '; way out: write the rule as the condition of a sluice.expectation, or leave on_violation out'
        ) %}
        {% do return(errors) %}
    {% endif %}
    {% if kind == 'sluice.expectation' and not sluice.arguments_of_test(test).get('expression') | default('', true) | string | trim %}
        {% do errors.append(test.name ~ ': expected an SQL condition as arguments: {expression: ...}, found: '
            ~ tojson(test.test_metadata.kwargs.get('expression'))) %}
    {% endif %}
    {% do return(errors + sluice.reference_errors(test, node)) %}
{% endmacro %}
