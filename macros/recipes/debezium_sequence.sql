{% macro debezium_sequence(sequence, errors) %}
    {# The parts of a sequence, {path: {'name', 'type'}}, for a path, a list of them, or a mapping to their types. #}
    {% set types = {} %}
    {% for path in (
        'ts_ms', 'ts_us', 'ts_ns', 'source.ts_ms', 'source.ts_us', 'source.ts_ns', 'source.lsn', 'source.txId', 'source.pos',
        'source.row', 'source.event_serial_no', 'transaction.total_order', 'transaction.data_collection_order',
    ) %}
        {% do types.update({path: dbt.type_bigint()}) %}
    {% endfor %}
    {% for path in ('source.file', 'source.commit_lsn', 'source.change_lsn') %}
        {% do types.update({path: dbt.type_string()}) %}
    {% endfor %}
    {# Oracle's counter comes as text, and 9 is to be before 10. #}
    {% for path in ('source.scn', 'source.commit_scn') %}{% do types.update({path: 'decimal(38, 0)'}) %}{% endfor %}

    {% set given = {} %}
    {% if sequence is mapping %}
        {% do given.update(sequence) %}
    {% elif sequence is iterable %}
        {% for path in ([sequence] if sequence is string else sequence) %}{% do given.update({path: none}) %}{% endfor %}
    {% endif %}
    {% if not given or given.keys() | reject('string') | list %}
        {% do errors.append('sequence must be a path in the envelope such as source.lsn, a list of paths, '
            ~ 'or a mapping of paths to SQL types, found: ' ~ tojson(sequence)) %}
        {% do return({}) %}
    {% endif %}
    {% set parts = {} %}
    {% for path, type in given.items() %}
        {% if not (type or types.get(path)) %}
            {% do errors.append("the type of sequence '" ~ path ~ "' is not known; name one of [" ~ types | sort | join(', ')
                ~ '], or give its type: sequence={' ~ "'" ~ path ~ "': 'bigint'}") %}
        {% endif %}
        {% do parts.update({path: {'name': '__' ~ path | replace('.', '_'), 'type': type or types.get(path)}}) %}
    {% endfor %}
    {% do return(parts) %}
{% endmacro %}
