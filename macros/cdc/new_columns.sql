{% macro new_columns(names, relation) %}
    {# Those that a table does not have, in lower case. The kept events get them with an empty batch too. #}
    {% set there = sluice.columns_of(relation) | map(attribute='name') | map('lower') | list %}
    {% do return(names | map('lower') | reject('in', there) | list) %}
{% endmacro %}
