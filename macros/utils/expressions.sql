{% macro checked_expressions(columns, expressions) %}
    {# What an engine says about expressions over columns: {name: {'error', 'dtype', 'boolean'}}. #}
    {% do return(adapter.dispatch('checked_expressions', 'sluice')(columns, expressions)) %}
{% endmacro %}

{% macro default__checked_expressions(columns, expressions) %}
    {# Engines that tell of errors by failing only: the run will. #}
    {% set result = {} %}
    {% for name in expressions %}
        {% do result.update({name: {'error': none, 'dtype': none, 'boolean': true}}) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
