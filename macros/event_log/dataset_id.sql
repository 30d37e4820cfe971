{% macro dataset_id(relation) %}
    {# Without the database: it is named after the file on DuckDB, and files get renamed and copied. #}
    {% do return((relation.schema ~ '.' ~ relation.identifier) | lower) %}
{% endmacro %}
