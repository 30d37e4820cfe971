{% macro widens(narrow, wide) %}
    {# Whether every value of type `narrow` is also a value of type `wide`. #}
    {% do return(adapter.dispatch('widens', 'sluice')(narrow | upper, wide | upper)) %}
{% endmacro %}
