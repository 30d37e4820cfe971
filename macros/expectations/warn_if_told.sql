{% macro warn_if_told() %}
    {# Called by our generic tests while dbt parses them, when the meta of the declaration is already in the node:
       a rule that warns is a test that warns. A severity in the declaration comes after this one, and wins. #}
    {% if (model.config.get('meta') or {}).get('on_violation') == 'warn' %}{{ config(severity='warn') }}{% endif %}
{% endmacro %}
