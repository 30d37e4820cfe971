{% macro kind_of_test(test) %}
    {# As a user writes it: not_null, sluice.in_range. Ours are known by their macro, for in the package's own
       project they have no prefix, and another project may have a test of the same name. #}
    {% if not test.test_metadata %}{% do return('a singular test') %}{% endif %}
    {% set name = test.test_metadata.name %}
    {% if 'macro.sluice.test_' ~ name in test.depends_on.macros %}{% do return('sluice.' ~ name) %}{% endif %}
    {% set namespace = test.test_metadata.namespace %}
    {% do return((namespace ~ '.' if namespace else '') ~ name) %}
{% endmacro %}
