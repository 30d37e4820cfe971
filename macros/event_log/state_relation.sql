{% macro state_relation(name, database=none) %}
    {% do return(api.Relation.create(
        database=database or target.database,
        schema=target.schema ~ '_sluice',
        identifier=name,
        type='table',
    )) %}
{% endmacro %}
