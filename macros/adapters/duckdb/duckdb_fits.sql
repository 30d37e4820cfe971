{% macro duckdb_fits(options, number, name, type) %}
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
    {% if sluice.duckdb_is_nested(type) %}
        {% set same = sluice.duckdb_same_nested(kind, field, text) %}
    {% elif kind.startswith(('DECIMAL', 'NUMERIC')) %}
        {% set same = sluice.duckdb_same_decimal(options, field, text) %}
    {% elif kind in ('DOUBLE', 'FLOAT8', 'FLOAT', 'REAL', 'FLOAT4') %}
        {# Beyond the range of the type, or a whole number that it does not have. #}
        {% set same = '(isfinite(' ~ field ~ ') or not regexp_matches(' ~ text ~ ", '[0-9]')) and (not regexp_full_match(" ~ text
            ~ ", '-?[0-9]{8,38}') or coalesce(try_cast(" ~ field ~ ' as hugeint) = try_cast(' ~ text ~ ' as hugeint), false))' %}
    {% elif kind.startswith(('TIMESTAMP', 'DATETIME')) %}
        {% set same = sluice.duckdb_same_moment(kind, text) %}
    {% else %}
        {% set same = 'true' %}
    {% endif %}
    {% do return('case when ' ~ text ~ ' is null then true when ' ~ field ~ ' is null then false else ' ~ same ~ ' end') %}
{% endmacro %}
