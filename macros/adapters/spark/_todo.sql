{% macro spark__other_names_expression(line, names) %}{% do exceptions.raise_compiler_error('sluice: other_names_expression() is not there on Spark yet') %}{% endmacro %}
{% macro spark__merged_rescued_expression(rescued, values, line, others) %}{% do exceptions.raise_compiler_error('sluice: merged_rescued_expression() is not there on Spark yet') %}{% endmacro %}
