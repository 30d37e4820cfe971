{% macro duckdb_placed_fields(options, schema) %}
    {# The fields with those that stand in the path: the path wins, and a level that is missing leaves the field. #}
    {% set fields = [] %}
    {% for name in schema.columns %}
        {% set field = 'fields[' ~ loop.index ~ ']' %}
        {% if name in schema.partitions %}
            {% set level = sluice.duckdb_path_level(name) %}
            {% set field = 'case when ' ~ level ~ ' is null then ' ~ field ~ ' else nullif(' ~ level ~ ", '__HIVE_DEFAULT_PARTITION__') end" %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {% do return('[' ~ fields | join(', ') ~ ']::varchar[]') %}
{% endmacro %}
