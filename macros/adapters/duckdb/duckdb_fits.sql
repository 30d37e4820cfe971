{% macro duckdb_fits(number, name, type) %}
    {# Casts round and guess (1.5 to an integer, yes to a boolean): what does not read back the same is no fit.
       A number is text as well (as in Lakeflow), an object or a list is not. #}
    {% set field = 'field_' ~ number %}
    {% set text = 'fields[' ~ number ~ ']' %}
    {% set kind = type | upper | replace(' ', '') %}
    {% if kind == 'JSON' %}{% do return('true') %}{% endif %}
    {% if kind == 'VARCHAR' %}
        {# A case looks at the line once more for the few texts that may be an object or a list; an or would for all. #}
        {% do return(
            'case when starts_with(' ~ text ~ ", '{') or starts_with(" ~ text ~ ", '[') then json_type(line, "
            ~ sluice.duckdb_json_pointer(name) ~ ") = 'VARCHAR' else true end"
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
