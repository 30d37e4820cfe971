{% macro drop_quarantine(relation) %}
    {# A table made anew has its quarantine made anew, if it still has a rule that drops. #}
    {% set existing = load_cached_relation(sluice.quarantine_relation(relation)) %}
    {% if existing is not none and sluice.is_quarantine(existing) %}{% do adapter.drop_relation(existing) %}{% endif %}
{% endmacro %}
