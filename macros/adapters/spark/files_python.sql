{% macro spark__runs_python() %}
    {% do return(false) %}
{% endmacro %}


{% macro spark__find_read_errors(plans, answers) %}
    {# Nobody asks: see runs_python(). #}
{% endmacro %}


{% macro spark__clean_files(due) %}
    {# Nobody asks: see spark__unsupported_option_errors(). #}
{% endmacro %}
