{% macro duckdb_placed_fields(options, schema) %}
    {# The fields with those that stand in the path: the path wins, and a level that is missing leaves the field. #}
    {% set fields = [] %}
    {% for name in schema.columns %}
        {% set field = 'fields[' ~ loop.index ~ ']' %}
        {% if name in schema.partitions %}
            {% set level = sluice.literal('/' ~ modules.re.escape(name) ~ '=([^/]*)/') %}
            {% set field = 'case when regexp_matches(path, ' ~ level ~ ') then nullif(url_decode(regexp_extract(path, '
                ~ level ~ ", 1)), '__HIVE_DEFAULT_PARTITION__') else " ~ field ~ ' end' %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {% do return('[' ~ fields | join(', ') ~ ']::varchar[]') %}
{% endmacro %}
