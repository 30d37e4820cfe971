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
                {% do errors.append("column '" ~ name ~ "' has a name that sluice uses for itself; leave it to _rescued_data") %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% set parts = sluice.debezium_sequence(sequence, errors) %}
    {% if schema_evolution not in ('rescue', 'none') %}
        {% do errors.append('schema_evolution must be one of [rescue, none], found: ' ~ schema_evolution) %}
    {% endif %}
    {% do sluice.raise_errors('changes_from_debezium() error', errors) %}
    {% do return(adapter.dispatch('changes_from_debezium', 'sluice')(relation, columns, parts, schema_evolution)) %}
{% endmacro %}

{% macro default__changes_from_debezium(relation, columns, parts, schema_evolution) %}
    {% do exceptions.raise_compiler_error(
        'changes_from_debezium() is not written for ' ~ adapter.type() ~ ' yet, found: target ' ~ target.name
        ~ '; way out: a macro ' ~ adapter.type() ~ '__changes_from_debezium in the project (see the one for duckdb)') %}
{% endmacro %}
