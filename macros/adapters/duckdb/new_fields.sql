{% macro duckdb__new_fields(options, known, files) %}
    {# Fields of the new files that are no known column, with the type that holds all their values. #}
    {% set lines = sluice.duckdb_lines(files) %}
    {% set fields = sluice.rows("
        select distinct unnest(json_keys(line)) as field
        from (" ~ lines ~ ")
        where json_valid(line) and json_type(line) = 'OBJECT'
    ") | map(attribute='field') | reject('in', known) | sort %}
    {% if not fields %}{% do return({}) %}{% endif %}
    {% set structures = [] %}
    {% for field in fields %}
        {% do structures.append(
            "coalesce(json_group_structure(json_extract(line, " ~ sluice.duckdb_json_pointer(field) ~ "))::varchar, '') as field_" ~ loop.index
        ) %}
    {% endfor %}
    {% set found = sluice.rows("
        select " ~ structures | join(', ') ~ "
        from (" ~ lines ~ ")
        where json_valid(line) and json_type(line) = 'OBJECT'
    ")[0] %}
    {% set result = {} %}
    {% for field in fields %}
        {% do result.update({field: sluice.duckdb_json_type(found['field_' ~ loop.index])}) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
