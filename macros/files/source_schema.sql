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


{% macro remembered_columns(source_name) %}
    {# The columns {name: type} that this model read of a source last time. #}
    {% if sluice.starts_over() %}{% do return({}) %}{% endif %}
    {% set known = sluice.target_options(sluice.dataset_id(this) ~ ' < ' ~ source_name) or {} %}
    {% do return(known.get('columns', {})) %}
{% endmacro %}


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


{% macro partition_type(values) %}
    {# Whole numbers and dates that read back the same are these; all else is text. #}
    {% set patterns = {dbt.type_bigint(): '(0|-?[1-9][0-9]{0,17})$', 'date': '[0-9]{4}-[01][0-9]-[0-3][0-9]$'} %}
    {% for type, pattern in patterns.items() %}
        {% set others = [] %}
        {% for value in values if not modules.re.match(pattern, value) %}{% do others.append(value) %}{% endfor %}
        {% if values and not others %}{% do return(type | upper) %}{% endif %}
    {% endfor %}
    {% do return('VARCHAR') %}
{% endmacro %}


{% macro new_fields(options, known, files) %}
    {% if not files %}{% do return({'fields': {}, 'duplicates': false}) %}{% endif %}
    {% do return(adapter.dispatch('new_fields', 'sluice')(options, known, files)) %}
{% endmacro %}
