{% macro is_update() %}
    {# Commands that only look compile hooks like models, without running them. #}
    {% do return(execute and flags.WHICH not in ('compile', 'generate', 'show', 'list', 'lint')) %}
{% endmacro %}
