{% macro duckdb_debezium_field(number, name, type) %}
    {% if type not in sluice.debezium_types() %}{% do return(sluice.duckdb_typed_field(number, name, type)) %}{% endif %}
    {% set kind = type.split('.')[-1] %}
    {% set value = 'try_cast(fields[' ~ number ~ '] as bigint)' %}
    {% if kind == 'Date' %}{% do return("try(date '1970-01-01' + " ~ value ~ '::integer)') %}{% endif %}
    {% if kind == 'NanoTimestamp' %}{% do return('try(make_timestamp_ns(' ~ value ~ '))') %}{% endif %}
    {% set value = value ~ (' // 1000' if kind == 'NanoTime' else '' if kind.startswith('Micro') else ' * 1000') %}
    {% do return('try(make_timestamp(' ~ value ~ ')' ~ ('::time' if kind.endswith('Time') else '') ~ ')') %}
{% endmacro %}
