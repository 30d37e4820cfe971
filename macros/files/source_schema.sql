{% macro source_schema(options, files) %}
    {# {'columns': {name: type} to read, 'partitions': names whose values stand in the paths, 'rescued': fields that go
       to _rescued_data, 'duplicates': whether an object names a field twice, 'changed': whether the columns are others
       than last time, 'texts': columns of each group of Parquet files that are read as texts}. Hints win over what is remembered, which wins over what is inferred; new columns come last, in
       the order of their names. #}
    {% set columns = {} %}
    {% do columns.update(options.columns) %}
    {% set remembered = sluice.remembered_columns(options.name) %}
    {% for name, type in remembered.items() if sluice.same_name(columns, name) is none %}
        {% do columns.update({name: type}) %}
    {% endfor %}
    {% set rescued = [] %}
    {% set new = [] %}
    {% set partitions = sluice.partition_fields(options, files) %}
    {% set found = sluice.new_fields(options, columns.keys() | list + partitions.keys() | list, files) %}
    {% set fields = {} %}
    {% do fields.update(found.fields) %}
    {% for name, type in partitions.items() if name not in columns %}{% do fields.update({name: type}) %}{% endfor %}
    {% for field, type in fields | dictsort(true) %}
        {% if sluice.same_name(columns, field) is not none or sluice.is_reserved(field) or field in ('', '_rescued_data', '_metadata')
            or options.schema_evolution == 'rescue' %}
            {% do rescued.append(field) %}
        {% elif options.schema_evolution != 'none' %}
            {% do new.append(field ~ ' (' ~ type ~ ')') %}
            {% do columns.update({field: type}) %}
        {% endif %}
    {% endfor %}
    {% if new and options.schema_evolution == 'fail_on_new_columns' %}
        {% do sluice.raise_errors('New columns in source ' ~ options.name, [
            'schema_evolution is fail_on_new_columns, found: ' ~ new | join(', '),
            'way out: name them under the source table\'s meta: columns, or choose add_new_columns, rescue or none',
        ]) %}
    {% endif %}
    {% do return({
        'columns': columns,
        'rescued': rescued,
        'partitions': partitions.keys() | select('in', columns.keys() | list) | list,
        'duplicates': found.duplicates,
        'texts': found.get('texts', {}),
        'changed': columns != remembered,
    }) %}
{% endmacro %}
