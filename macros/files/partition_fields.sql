{% macro partition_fields(options, files) %}
    {# What hive-style folders below the location say of the files (year=2026/month=11/): {name: type}. #}
    {% set root = sluice.location_root(options.location) %}
    {% set values = {} %}
    {% for file in files if '=' in file.path %}
        {% for part in file.path[root | length:].split('/')[:-1] if '=' in part and not part.startswith('=') %}
            {% set name, _, value = part.partition('=') %}
            {% do values.setdefault(name, []).append(value) %}
        {% endfor %}
    {% endfor %}
    {% set fields = {} %}
    {% for name, found in values.items() %}
        {% set found = found | reject('equalto', '__HIVE_DEFAULT_PARTITION__') | list %}
        {% do fields.update({name: sluice.partition_type(found)}) %}
    {% endfor %}
    {% do return(fields) %}
{% endmacro %}
