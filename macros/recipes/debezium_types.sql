{% macro debezium_types() %}
    {# Kinds of numbers that stand for a time: without the name, milliseconds and microseconds look alike. #}
    {% set types = [] %}
    {% for name in ('Date', 'Time', 'MicroTime', 'NanoTime', 'Timestamp', 'MicroTimestamp', 'NanoTimestamp') %}
        {% do types.append('io.debezium.time.' ~ name) %}
    {% endfor %}
    {% for name in ('Date', 'Time', 'Timestamp') %}{% do types.append('org.apache.kafka.connect.data.' ~ name) %}{% endfor %}
    {% do return(types) %}
{% endmacro %}
