{% macro arguments_of_test(test) %}
    {# dbt keeps a test's arguments as they were written, Jinja and all. #}
    {% set arguments = {} %}
    {% for name, value in test.test_metadata.kwargs.items() if name != 'model' %}
        {% do arguments.update({name: value if name == 'column_name' else sluice.rendered(value)}) %}
    {% endfor %}
    {% do return(arguments) %}
{% endmacro %}
