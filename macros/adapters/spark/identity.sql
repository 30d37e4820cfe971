{% macro spark__identity_expression(expression, type) %}
    {# 0.0 and -0.0 are equal, alone and within a nested value. A cast alone would be called as the column is. #}
    {% set family = sluice.type_family(type) %}
    {% if family == 'float' %}{% do return('concat(cast(' ~ expression ~ ' as string))') %}{% endif %}
    {% if family == 'nested' and modules.re.search('float|double', type | lower) %}
        {% do return(sluice.spark_whole_json(expression)) %}
    {% endif %}
    {% do return(none) %}
{% endmacro %}


{% macro spark_whole_json(expression) %}
    {# A value as JSON, with the fields that are null. #}
    {% do return('to_json(struct(' ~ expression ~ " as v), map('ignoreNullFields', 'false'))") %}
{% endmacro %}
