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
