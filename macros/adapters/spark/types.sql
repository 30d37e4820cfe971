{% macro spark__type_text() %}
    {% do return('string') %}
{% endmacro %}


{% macro spark__struct_type(fields) %}
    {% set parts = [] %}
    {% for name, type in fields.items() %}{% do parts.append(sluice.quote(name) ~ ': ' ~ type) %}{% endfor %}
    {% do return('struct<' ~ parts | join(', ') ~ '>') %}
{% endmacro %}


{% macro spark__is_struct(type) %}
    {% do return((type | lower).startswith('struct<')) %}
{% endmacro %}


{% macro spark__type_family(type) %}
    {% set type = type | lower %}
    {% if type.startswith(('struct<', 'array<', 'map<')) %}{% do return('nested') %}{% endif %}
    {% if type.startswith('decimal') %}{% do return('decimal') %}{% endif %}
    {% if type.startswith('interval') %}{% do return('interval') %}{% endif %}
    {% if type.startswith(('char(', 'varchar(')) %}{% do return('text') %}{% endif %}
    {% do return({
        'string': 'text', 'boolean': 'boolean', 'date': 'date', 'binary': 'bytes', 'float': 'float',
        'double': 'float', 'tinyint': 'whole', 'smallint': 'whole', 'int': 'whole', 'bigint': 'whole',
        'timestamp': 'timestamp', 'timestamp_ntz': 'timestamp',
        'json': 'json', 'timestamptz': 'timestamp_with_zone', 'timestamp with time zone': 'timestamp_with_zone',
    }.get(type, 'other')) %}
{% endmacro %}


{% macro spark__type_error(type) %}
    {# What is no type to Spark's parser ends the run, in a text of its own. #}
    {% set stored = sluice.storage_type(type) | lower | trim %}
    {% set plain = modules.re.match('(boolean|tinyint|byte|smallint|short|int|integer|bigint|long|float|real|double|'
        ~ 'date|timestamp|timestamp_ltz|timestamp_ntz|string|binary|'
        ~ '(decimal|dec|numeric)( *[(] *[0-9]+ *(, *[0-9]+ *)?[)])?|(var)?char *[(] *[0-9]+ *[)]|'
        ~ 'interval( [a-z]+( to [a-z]+)?)?|(array|struct|map) *<.*>)$', stored) %}
    {% do return(none if plain
        else 'Spark has no such type; nested ones are array<type>, struct<name: type> and map<type, type>') %}
{% endmacro %}


{% macro spark__storage_type(type) %}
    {# Spark has no JSON and one timestamp, which is an instant; and where a project comes from DuckDB, it has types by
       other names. #}
    {% do return({
        'json': 'string', 'timestamptz': 'timestamp', 'timestamp with time zone': 'timestamp', 'varchar': 'string',
        'text': 'string', 'blob': 'binary', 'bool': 'boolean', 'int2': 'smallint', 'int4': 'int', 'int8': 'bigint',
        'float4': 'float', 'float8': 'double', 'hugeint': 'decimal(38, 0)', 'ubigint': 'decimal(20, 0)',
    }.get(type | lower | trim, type)) %}
{% endmacro %}


{% macro spark__timestamp_digits(type) %}
    {% do return(6) %}
{% endmacro %}


{% macro spark__widens(narrow, wide) %}
    {# What Iceberg changes in place, and the types that it does not have, which are kept as wider ones. #}
    {% if narrow == 'VOID' %}{% do return(true) %}{% endif %}
    {% set wider = {
        'TINYINT': ['SMALLINT', 'INT', 'BIGINT'], 'SMALLINT': ['INT', 'BIGINT'], 'INT': ['BIGINT'],
        'FLOAT': ['DOUBLE'],
    } %}
    {% if wide in wider.get(narrow, []) or (wide == 'STRING' and narrow.startswith(('CHAR(', 'VARCHAR('))) %}
        {% do return(true) %}
    {% endif %}
    {% set to = modules.re.match('DECIMAL[(]([0-9]+),([0-9]+)[)]', wide) %}
    {% set of = modules.re.match('DECIMAL[(]([0-9]+),([0-9]+)[)]', narrow) %}
    {% do return(to is not none and of is not none and to.group(2) == of.group(2)
        and to.group(1) | int >= of.group(1) | int) %}
{% endmacro %}
