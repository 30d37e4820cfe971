{% macro spark__python_feed(compiled_code, reads) %}
    {% do exceptions.raise_compiler_error(
        model.name ~ ' is a Python model, which dbt does not run on Spark by its Thrift server; way out: write it in '
        ~ 'SQL') %}
{% endmacro %}
