{# PUBLIC: changes_from_debezium #}

{% macro changes_from_debezium(relation, columns, sequence, schema_evolution='rescue') %}
    {# Debezium envelopes as rows that apply_changes takes: the columns of the table, _rescued_data, __op and a
       column for each part of the sequence, named as Debezium itself does when it flattens (__source_lsn). #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set errors = [] %}
    {% set types = sluice.debezium_columns(columns, errors) %}
    {% set parts = sluice.debezium_sequence(sequence, errors) %}
    {% if schema_evolution not in ('rescue', 'none') %}
        {% do errors.append('schema_evolution must be one of [rescue, none], found: ' ~ schema_evolution) %}
    {% endif %}
    {% do sluice.raise_errors('changes_from_debezium() error', errors) %}
    {% do return(sluice.debezium_changes(relation, types, parts, schema_evolution == 'rescue')) %}
{% endmacro %}


{% macro debezium_columns(columns, errors) %}
    {# The option columns, {name: {'type': the engine's own name of it, 'kind': Debezium's or none}}. #}
    {% if columns is not mapping or not columns %}
        {% do errors.append('columns must be a mapping of column name to type, found: ' ~ tojson(columns)) %}
        {% do return({}) %}
    {% endif %}
    {% set known = sluice.debezium_types() %}
    {% set kinds, types = {}, {} %}
    {% for name, type in columns.items() %}
        {% set parts = modules.re.match('([^(]*[^( ]) *([(].*[)])?$', type) if type is string else none %}
        {% set kind = known.get(parts.group(1)) if parts else none %}
        {% if sluice.is_reserved(name) or name in ('_rescued_data', '__op') %}
            {% do errors.append(
                "column '" ~ name ~ "' has a name that sluice uses for itself; leave it to _rescued_data"
            ) %}
        {% elif kind == 'Decimal' %}
            {% set digits = modules.re.match('[(] *(?:([0-9]+) *, *)?([0-9]+) *[)]$', parts.group(2) or '') %}
            {% if digits %}
                {% do types.update({name: 'decimal(' ~ (digits.group(1) or 38) ~ ', ' ~ digits.group(2) ~ ')'}) %}
                {% do kinds.update({name: kind}) %}
            {% else %}
                {% do errors.append("the type of column '" ~ name ~ "' must have the scale that the connector has, "
                    ~ 'for example ' ~ parts.group(1) ~ '(2), or precision and scale, found: ' ~ type) %}
            {% endif %}
        {% elif kind and not parts.group(2) %}
            {% do types.update({name: 'JSON' if kind == 'Json' else dbt.type_timestamp()}) %}
            {% do kinds.update({name: kind}) %}
        {% elif type is not string or '.' in type.partition('(')[0] %}
            {% do errors.append("the type of column '" ~ name ~ "' must be an SQL type, or one of Debezium's ["
                ~ known | join(', ') ~ '], found: ' ~ type) %}
        {% else %}
            {% do types.update({name: type}) %}
        {% endif %}
    {% endfor %}
    {% set found = {} %}
    {% for name, resolved in sluice.resolved_types(types).items() %}
        {% if resolved.error %}
            {% do errors.append("the type of column '" ~ name ~ "' must be an SQL type, or one of Debezium's ["
                ~ known | join(', ') ~ '], found: ' ~ types[name] ~ ' (' ~ resolved.error ~ ')') %}
        {% endif %}
        {# Debezium sends JSON and bytes as texts, whatever they are called. #}
        {% set family = sluice.type_family(resolved.type) %}
        {% do found.update({name: {
            'type': resolved.type,
            'kind': kinds.get(name, {'json': 'Json', 'bytes': 'Bytes'}.get(family)),
        }}) %}
    {% endfor %}
    {% do return(found) %}
{% endmacro %}


{% macro debezium_changes(relation, columns, parts, rescue_others) %}
    {# The query of changes_from_debezium(), in brackets. #}
    {% set fields = [] %}
    {% for name, column in columns.items() %}
        {% set field = sluice.typed_field(loop.index, name, column.type, 'json') %}
        {% set typed = sluice.debezium_value_expression(field.text, column.kind, column.type) if column.kind %}
        {% do fields.append(dict(field, typed=typed or none)) %}
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
        {{ sluice.sequence_part_expression(path, part) }} as {{ sluice.quote(part.name) }}
        {%- endfor %}
    from (
        {{ sluice.typed_records(sluice.debezium_images(relation), fields) }}
    ) as _sluice_records
){% endset %}
    {% do return(changes) %}
{% endmacro %}


{% macro debezium_sequence(sequence, errors) %}
    {# The parts of a sequence, {path: {'name', 'type'}}, for a path, a list of them, or a mapping to their types. #}
    {% set types = {} %}
    {% for path in (
        'ts_ms', 'ts_us', 'ts_ns', 'source.ts_ms', 'source.ts_us', 'source.ts_ns', 'source.lsn', 'source.txId',
        'source.pos', 'source.row', 'source.event_serial_no', 'source.ssn', 'transaction.total_order',
        'transaction.data_collection_order',
    ) %}
        {% do types.update({path: dbt.type_bigint()}) %}
    {% endfor %}
    {% for path in ('source.file', 'source.commit_lsn', 'source.change_lsn', 'source.rs_id') %}
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
        {% do parts.update({path: {
            'name': '__' ~ path | replace('.', '_'), 'type': type or types.get(path), 'is_known': not type,
        }}) %}
    {% endfor %}
    {% do return(parts) %}
{% endmacro %}


{% macro sequence_part_expression(path, part) %}
    {# A part of the sequence of an event. What is read of a table (op r) has no place in the log where it is not a part
       of the connector's first read, and no transaction: it is older than any change. #}
    {% set steps = path.split('.') %}
    {% set text = sluice.debezium_part_expression(steps, dbt.type_string()) %}
    {% if path == 'source.file' and part.is_known %}
        {# mysql-bin.999999 is before mysql-bin.1000000. #}
        {% set value = sluice.position_expression('mysql_file', text) %}
    {% elif path == 'source.lsn' and part.is_known %}
        {% set value = sluice.position_expression('postgres_lsn', text) %}
    {% else %}
        {% set value = sluice.debezium_part_expression(steps, part.type) %}
    {% endif %}
    {% if not part.is_known %}{% do return(value) %}{% endif %}
    {% set lowest = "''" if part.type == dbt.type_string() else '0' %}
    {% do return('case when _sluice_op = ' ~ "'r'" ~ ' then coalesce(' ~ value ~ ', ' ~ lowest ~ ') else ' ~ value
        ~ ' end') %}
{% endmacro %}


{% macro debezium_types() %}
    {# The names of types in Debezium's schemas that the values do not show, {name: what is behind it}: without the
       name, milliseconds and microseconds look alike, and bytes like a text. #}
    {% set types = {} %}
    {% for name in ('Date', 'Time', 'MicroTime', 'NanoTime', 'Timestamp', 'MicroTimestamp', 'NanoTimestamp') %}
        {% do types.update({'io.debezium.time.' ~ name: name}) %}
    {% endfor %}
    {% do types.update({'io.debezium.data.Json': 'Json'}) %}
    {% for name in ('Date', 'Time', 'Timestamp', 'Decimal') %}
        {% do types.update({'org.apache.kafka.connect.data.' ~ name: name}) %}
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


{% macro debezium_value_expression(text, kind, type) %}
    {# The value of a text that stands for something else, by the last word of Debezium's name for it: a number for a
       time, base64 for bytes. Null where it is none that the type has. #}
    {% do return(adapter.dispatch('debezium_value_expression', 'sluice')(text, kind, type)) %}
{% endmacro %}


{% macro debezium_part_expression(steps, type) %}
    {# The value at a path of the envelope; a block of it may be JSON or its text. #}
    {% do return(adapter.dispatch('debezium_part_expression', 'sluice')(steps, type)) %}
{% endmacro %}
