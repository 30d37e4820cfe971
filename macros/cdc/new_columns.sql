{% macro new_columns(names, events) %}
    {# Those that the kept events do not have: they come with an empty batch too. #}
    {% set kept = sluice.columns_of(events) | map(attribute='name') | map('lower') | list %}
    {% do return(names | map('lower') | reject('in', kept) | list) %}
{% endmacro %}
