{% macro duckdb_typed_field(number, name, type) %}
    {% if type | upper == 'VARCHAR' %}{% do return('fields[' ~ number ~ ']') %}{% endif %}
    {% if type | upper == 'JSON' %}
        {% do return('case when fields is not null then json_extract(line, ' ~ sluice.duckdb_json_pointer(name) ~ ') end') %}
    {% endif %}
    {% do return('try_cast(fields[' ~ number ~ '] as ' ~ type ~ ')') %}
{% endmacro %}

{% macro duckdb_fits(number, name, type) %}
    {# Casts round and guess (1.5 to an integer, yes to a boolean): what does not read back the same is no fit.
       A number is text as well (as in Lakeflow), an object or a list is not. #}
    {% set field = 'field_' ~ number %}
    {% set text = 'fields[' ~ number ~ ']' %}
    {% set kind = type | upper | replace(' ', '') %}
    {% if kind == 'JSON' %}{% do return('true') %}{% endif %}
    {% if kind == 'VARCHAR' %}
        {% do return(
            '(' ~ text ~ " is null or left(" ~ text ~ ", 1) not in ('{', '[') or json_type(case when fields is not null then line end, "
            ~ sluice.duckdb_json_pointer(name) ~ ") = 'VARCHAR')"
        ) %}
    {% endif %}
    {% if kind in (
        'TINYINT', 'SMALLINT', 'INTEGER', 'INT', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER',
        'UBIGINT', 'BOOLEAN', 'DATE',
    ) %}
        {% do return('coalesce(' ~ field ~ '::varchar = ' ~ text ~ ', ' ~ text ~ ' is null)') %}
    {% endif %}
    {% if kind.startswith('DECIMAL') or kind.startswith('NUMERIC') %}
        {% do return('coalesce(' ~ field ~ ' = try_cast(' ~ text ~ ' as decimal(38, 12)), ' ~ text ~ ' is null)') %}
    {% endif %}
    {% do return('(' ~ field ~ ' is not null or ' ~ text ~ ' is null)') %}
{% endmacro %}

{% macro duckdb_misfits(schema) %}
    {% set tests = [] %}
    {% for name, type in schema.columns.items() if type | upper != 'JSON' %}
        {% do tests.append('not ' ~ sluice.duckdb_fits((schema.columns.keys() | list).index(name) + 1, name, type)) %}
    {% endfor %}
    {% for field in schema.rescued %}
        {% do tests.append('json_exists(line, ' ~ sluice.duckdb_json_pointer(field) ~ ')') %}
    {% endfor %}
    {% do return(tests | join('\n                or ') or 'false') %}
{% endmacro %}

{% macro duckdb_rescued(schema) %}
    {# An object of the fields that did not fit, each with its value as it stood in the line. #}
    to_json(map_from_entries(list_filter([
        {%- for name, type in schema.columns.items() if type | upper != 'JSON' %}
                {'k': {{ sluice.literal(name) }}, 'v': case when not {{ sluice.duckdb_fits((schema.columns.keys() | list).index(name) + 1, name, type) }} then json_extract(line, {{ sluice.duckdb_json_pointer(name) }}) end},
        {%- endfor %}
        {%- for field in schema.rescued %}
                {'k': {{ sluice.literal(field) }}, 'v': json_extract(line, {{ sluice.duckdb_json_pointer(field) }})},
        {%- endfor %}
            ], lambda field: field.v is not null)))::varchar
{%- endmacro %}
