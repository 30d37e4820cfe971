{# PUBLIC: changes_from_debezium #}

{% macro changes_from_debezium(relation, columns, sequence, schema_evolution='rescue') %}
    {# Debezium envelopes as rows that apply_changes takes: the columns of the table, _rescued_data, __op and a
       column for each part of the sequence, named as Debezium itself does when it flattens (__source_lsn). #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set errors = [] %}
    {% set temporal = sluice.debezium_types() %}
    {% if columns is not mapping or not columns %}
        {% do errors.append('columns must be a mapping of column name to type, found: ' ~ tojson(columns)) %}
    {% else %}
        {% for name, type in columns.items() %}
            {% if type is not string or ('.' in type and type not in temporal) %}
                {% do errors.append("the type of column '" ~ name ~ "' must be an SQL type, or one of Debezium's ["
                    ~ temporal | join(', ') ~ '], found: ' ~ type) %}
            {% elif sluice.is_reserved(name) or name in ('_rescued_data', '__op') %}
                {% do errors.append(
                    "column '" ~ name ~ "' has a name that sluice uses for itself; leave it to _rescued_data"
                ) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% set parts = sluice.debezium_sequence(sequence, errors) %}
    {% if schema_evolution not in ('rescue', 'none') %}
        {% do errors.append('schema_evolution must be one of [rescue, none], found: ' ~ schema_evolution) %}
    {% endif %}
    {% do sluice.raise_errors('changes_from_debezium() error', errors) %}
    {% do return(sluice.debezium_changes(relation, columns, parts, schema_evolution == 'rescue')) %}
{% endmacro %}


{% macro debezium_changes(relation, columns, parts, rescue_others) %}
    {# The query of changes_from_debezium(), in brackets. #}
    {% set fields = [] %}
    {% for name, type in columns.items() %}
        {% if type in sluice.debezium_types() %}
            {% set field = sluice.typed_field(loop.index, name, dbt.type_timestamp()) %}
            {% set typed = sluice.debezium_moment_expression(field.text, type.split('.')[-1]) %}
            {% do fields.append(dict(field, typed=typed)) %}
        {% else %}
            {% do fields.append(sluice.typed_field(loop.index, name, type)) %}
        {% endif %}
    {% endfor %}
    {% set misfits, values = [], {} %}
    {% for field in fields %}
        {% do misfits.append('not ' ~ field.fits) %}
        {% do values.update({field.name: 'case when not ' ~ field.fits ~ ' then ' ~ field.json ~ ' end'}) %}
    {% endfor %}
    {% set others = sluice.other_names_expression('_sluice_line', columns.keys() | list) if rescue_others else none %}
    {% if others %}{% do misfits.append(sluice.list_length(others) ~ ' > 0') %}{% endif %}
    {% set changes %}(
    -- Debezium envelopes, with and without the wrapper of schema and payload
    select
        {{ sluice.typed_columns(fields) }}
        case
            when not ({{ misfits | join(' or ') }}) or _sluice_line is null then _sluice_rescued
            else {{ sluice.merged_rescued_expression('_sluice_rescued', values, '_sluice_line', others) }}
        end as _rescued_data,
        _sluice_op as __op
        {%- for path, part in parts.items() %},
        {{ sluice.debezium_part_expression(path.split('.'), part.type) }} as {{ sluice.quote(part.name) }}
        {%- endfor %}
    from (
        {{ sluice.typed_records(sluice.debezium_images(relation), fields, 'json') }}
    ) as _sluice_records
){% endset %}
    {% do return(changes) %}
{% endmacro %}


{% macro debezium_sequence(sequence, errors) %}
    {# The parts of a sequence, {path: {'name', 'type'}}, for a path, a list of them, or a mapping to their types. #}
    {% set types = {} %}
    {% for path in (
        'ts_ms', 'ts_us', 'ts_ns', 'source.ts_ms', 'source.ts_us', 'source.ts_ns', 'source.lsn', 'source.txId',
        'source.pos', 'source.row', 'source.event_serial_no', 'transaction.total_order',
        'transaction.data_collection_order',
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
        {% for path in ([sequence] if sequence is string else sequence) %}
            {% do given.update({path: none}) %}
        {% endfor %}
    {% endif %}
    {% if not given or given.keys() | reject('string') | list %}
        {% do errors.append('sequence must be a path in the envelope such as source.lsn, a list of paths, '
            ~ 'or a mapping of paths to SQL types, found: ' ~ tojson(sequence)) %}
        {% do return({}) %}
    {% endif %}
    {% set parts = {} %}
    {% for path, type in given.items() %}
        {% if not (type or types.get(path)) %}
            {% do errors.append("the type of sequence '" ~ path ~ "' is not known; name one of ["
                ~ types | sort | join(', ') ~ '], or give its type: sequence={' ~ "'" ~ path ~ "': 'bigint'}") %}
        {% endif %}
        {% do parts.update({path: {'name': '__' ~ path | replace('.', '_'), 'type': type or types.get(path)}}) %}
    {% endfor %}
    {% do return(parts) %}
{% endmacro %}


{% macro debezium_types() %}
    {# Kinds of numbers that stand for a time: without the name, milliseconds and microseconds look alike. #}
    {% set types = [] %}
    {% for name in ('Date', 'Time', 'MicroTime', 'NanoTime', 'Timestamp', 'MicroTimestamp', 'NanoTimestamp') %}
        {% do types.append('io.debezium.time.' ~ name) %}
    {% endfor %}
    {% for name in ('Date', 'Time', 'Timestamp') %}
        {% do types.append('org.apache.kafka.connect.data.' ~ name) %}
    {% endfor %}
    {% do return(types) %}
{% endmacro %}


{% macro debezium_images(relation) %}
    {# A query of the events of envelopes: _sluice_line and _sluice_object (the row before a delete, else after the
       event, as JSON), _sluice_envelope, _sluice_op, and _sluice_rescued, which bronze had rescued. Tombstones are
       left out. #}
    {% do return(adapter.dispatch('debezium_images', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__debezium_images(relation) %}
    {# The first of this recipe's macros that an engine is asked for. #}
    {% do exceptions.raise_compiler_error(
        'changes_from_debezium() is not written for ' ~ adapter.type() ~ ' yet, found: target ' ~ target.name
        ~ '; way out: a macro ' ~ adapter.type() ~ '__debezium_images in the project (see the one for duckdb)') %}
{% endmacro %}


{% macro debezium_moment_expression(text, kind) %}
    {# The value of a number that stands for a time, by the last word of Debezium's name for it. #}
    {% do return(adapter.dispatch('debezium_moment_expression', 'sluice')(text, kind)) %}
{% endmacro %}


{% macro debezium_part_expression(steps, type) %}
    {# The value at a path of the envelope; a block of it may be JSON or its text. #}
    {% do return(adapter.dispatch('debezium_part_expression', 'sluice')(steps, type)) %}
{% endmacro %}
