{% macro spark__run_hooks_outside(hooks) %}
    {# There is no transaction, and the `commit` that dbt sends first is an error. #}
    {% set outside = [] %}
    {% for hook in hooks if not hook.transaction %}{% do outside.append(dict(hook, transaction=true)) %}{% endfor %}
    {{ return(run_hooks(outside)) }}
{% endmacro %}
