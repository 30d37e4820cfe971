{% macro duckdb__type_json() %}
    {% do return('json') %}
{% endmacro %}


{% macro duckdb__type_text() %}
    {% do return('VARCHAR') %}
{% endmacro %}


{% macro duckdb__struct_type(fields) %}
    {% set parts = [] %}
    {% for name, type in fields.items() %}{% do parts.append(sluice.quote(name) ~ ' ' ~ type) %}{% endfor %}
    {% do return('struct(' ~ parts | join(', ') ~ ')') %}
{% endmacro %}


{% macro duckdb__type_family(type) %}
    {% if type.endswith(']') or type.startswith(('STRUCT(', 'MAP(')) %}{% do return('nested') %}{% endif %}
    {% if type.startswith('DECIMAL(') %}{% do return('decimal') %}{% endif %}
    {% set families = {
        'text': ['VARCHAR'], 'json': ['JSON'], 'boolean': ['BOOLEAN'], 'date': ['DATE'],
        'whole': [
            'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'BIGNUM',
            'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT',
        ],
        'float': ['DOUBLE', 'FLOAT'],
        'timestamp': ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'],
        'timestamp_with_zone': ['TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ_NS'],
        'time': ['TIME', 'TIME_NS'],
        'time_with_zone': ['TIME WITH TIME ZONE'],
        'interval': ['INTERVAL'],
        'bytes': ['BLOB'],
    } %}
    {% for family, kinds in families.items() if type in kinds %}{% do return(family) %}{% endfor %}
    {% do return('other') %}
{% endmacro %}


{% macro duckdb__is_struct(type) %}
    {% do return(type.startswith('STRUCT') and type.endswith(')')) %}
{% endmacro %}


{% macro duckdb__timestamp_digits(type) %}
    {% do return({
        'TIMESTAMP_S': 0, 'TIMESTAMP_MS': 3, 'TIMESTAMP_NS': 9, 'TIMESTAMPTZ_NS': 9, 'TIME_NS': 9,
    }.get(type, 6)) %}
{% endmacro %}


{% macro duckdb__widens(narrow, wide) %}
    {% if narrow == '"NULL"' %}{% do return(true) %}{% endif %}
    {% set digits = {
        'BOOLEAN': 1, 'TINYINT': 3, 'SMALLINT': 5, 'INTEGER': 10, 'BIGINT': 19, 'HUGEINT': 39,
        'UTINYINT': 3, 'USMALLINT': 5, 'UINTEGER': 10, 'UBIGINT': 20,
    } %}
    {% set wider = {
        'TINYINT': ['SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'FLOAT', 'DOUBLE'],
        'SMALLINT': ['INTEGER', 'BIGINT', 'HUGEINT', 'FLOAT', 'DOUBLE'],
        'INTEGER': ['BIGINT', 'HUGEINT', 'DOUBLE'],
        'BIGINT': ['HUGEINT'],
        'UTINYINT': ['SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'FLOAT', 'DOUBLE'],
        'USMALLINT': ['INTEGER', 'BIGINT', 'HUGEINT', 'UINTEGER', 'UBIGINT', 'FLOAT', 'DOUBLE'],
        'UINTEGER': ['BIGINT', 'HUGEINT', 'UBIGINT', 'DOUBLE'],
        'UBIGINT': ['HUGEINT'],
        'FLOAT': ['DOUBLE'],
        'DATE': ['TIMESTAMP'],
        'TIMESTAMP_S': ['TIMESTAMP_MS', 'TIMESTAMP'],
        'TIMESTAMP_MS': ['TIMESTAMP'],
    } %}
    {% if wide in wider.get(narrow, []) %}{% do return(true) %}{% endif %}
    {% set to = modules.re.match('DECIMAL[(]([0-9]+),([0-9]+)[)]', wide) %}
    {% set of = modules.re.match('DECIMAL[(]([0-9]+),([0-9]+)[)]', narrow) %}
    {% if to and of %}
        {% do return(
            to.group(2) | int >= of.group(2) | int
            and to.group(1) | int - to.group(2) | int >= of.group(1) | int - of.group(2) | int
        ) %}
    {% endif %}
    {% do return(to is not none and narrow in digits and to.group(1) | int - to.group(2) | int >= digits[narrow]) %}
{% endmacro %}
