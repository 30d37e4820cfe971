{% macro duckdb__new_fields(options, known, files) %}
    {# Fields of the new files that are no known column, with the type that holds all their values. #}
    {% if options.format == 'parquet' %}
        {% do return(sluice.duckdb_parquet_fields(options, known, files)) %}
    {% endif %}
    {% set objects = "
        from (" ~ sluice.duckdb_records(options, files) ~ ")
        where " ~ sluice.duckdb_is_object({'duplicates': false}) %}
    {# Distinct as texts, which are compared faster than lists. #}
    {% set found = sluice.rows("
        select unnest(names) as field, len(names) <> len(list_distinct(names)) as duplicates
        from (
            select from_json(names, '[\"VARCHAR\"]') as names
            from (select distinct to_json(json_keys(line))::varchar as names " ~ objects ~ ")
        )
    ") %}
    {% set fields = found | map(attribute='field') | unique(true) | reject('in', known + ['_sluice_path']) | sort %}
    {% set types = {} %}
    {% if fields %}
        {% set expressions = [] %}
        {% for field in fields %}
            {% do expressions.append(sluice.duckdb_field_type(options, field) ~ ' as field_' ~ loop.index) %}
        {% endfor %}
        {% set found_types = sluice.rows('select ' ~ expressions | join(', ') ~ objects)[0] %}
        {% for field in fields %}
            {% do types.update({field: sluice.duckdb_json_type(found_types['field_' ~ loop.index])}) %}
        {% endfor %}
    {% endif %}
    {% do return({'fields': types, 'duplicates': found | selectattr('duplicates') | list | length > 0}) %}
{% endmacro %}
