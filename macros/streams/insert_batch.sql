{% macro insert_batch(relation, batch, rules, columns, head) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    insert into {{ relation }} ({{ names }}, _sluice_batch)
    select {{ names }}, {{ head.to }}
    from {{ batch }} as batch
    where {{ sluice.kept(rules) }}
{% endmacro %}
