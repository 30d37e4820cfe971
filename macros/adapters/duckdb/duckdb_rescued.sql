{% macro duckdb_rescued(schema) %}
    {# An object of the fields that did not fit, each with its value as it stood in the line. #}
    {%- set names = schema.columns.keys() | list %}
    to_json(map_from_entries(list_filter([
        {%- for name, type in schema.columns.items() if type | upper != 'JSON' and name not in schema.partitions %}
                {'k': {{ sluice.literal(name) }}, 'v': case when not fits_{{ names.index(name) + 1 }} then json_extract(line, {{ sluice.duckdb_json_pointer(name) }}) end},
        {%- endfor %}
        {%- for name in schema.partitions %}
                {'k': {{ sluice.literal(name) }}, 'v': case
                    when {{ sluice.duckdb_hidden_by_path(name) }} then json_extract(line, {{ sluice.duckdb_json_pointer(name) }})
                    when not fits_{{ names.index(name) + 1 }} then to_json(fields[{{ names.index(name) + 1 }}])
                end},
        {%- endfor %}
        {%- for field in schema.rescued %}
                {'k': {{ sluice.literal(field) }}, 'v': json_extract(line, {{ sluice.duckdb_json_pointer(field) }})},
        {%- endfor %}
            ], lambda field: field.v is not null)))::varchar
{%- endmacro %}
