{% macro source_schema(options, files, remembered, was_read) %}
    {# {'columns': {name: type} to read, 'names': theirs, in their order, 'partitions': names whose values stand in the
       paths, 'rescued': fields that go to _rescued_data, 'duplicates': whether an object names a field twice,
       'remembered': names of the columns of last time, 'was_read': whether a file of it was, 'changed': whether there
       is news to remember, 'texts', 'headers' and 'repeated': see record_fields()}. Hints win over what is remembered,
       which wins over what is inferred; new columns come last, in the order of their names. #}
    {% set columns = dict(options.columns) %}
    {% for name, type in remembered.items() if sluice.find_name(columns, name) is none %}
        {% do columns.update({name: type}) %}
    {% endfor %}
    {% set partitions = sluice.partition_fields(options, files) %}
    {% set found = sluice.new_fields(options, columns.keys() | list + partitions.keys() | list, files) %}
    {% set fields = dict(found.types) %}
    {% for name, type in partitions.items() if name not in columns %}{% do fields.update({name: type}) %}{% endfor %}
    {% set rescued, new = [], [] %}
    {% set names = fields.keys() | list | sort(case_sensitive=true) %}
    {# Of two spellings the first is the column, so it has its turn first. #}
    {% for field in names | reject('in', found.later) | list + names | select('in', found.later) | list %}
        {% set type = fields[field] %}
        {% set taken = sluice.find_name(columns, field) is not none or sluice.is_reserved(field)
            or field in ('', '_rescued_data', '_metadata')
            or (options.format in ('csv', 'text') and field == '_corrupt_record') %}
        {% if taken or options.schema_evolution == 'rescue' %}
            {% do rescued.append(field) %}
        {% elif options.schema_evolution != 'none' %}
            {% do new.append(field ~ ' (' ~ type ~ ')') %}
            {% do columns.update({field: type}) %}
        {% endif %}
    {% endfor %}
    {% if new and options.schema_evolution == 'fail_on_new_columns' %}
        {% do sluice.raise_errors('New columns in source ' ~ options.name, [
            'schema_evolution is fail_on_new_columns, found: ' ~ new | join(', '),
            "way out: name them under the source table's meta: columns, or choose add_new_columns, rescue or none",
        ]) %}
    {% endif %}
    {% do return({
        'columns': columns,
        'names': columns.keys() | list,
        'rescued': rescued,
        'partitions': partitions.keys() | select('in', columns.keys() | list) | list,
        'duplicates': found.duplicates,
        'texts': found.texts,
        'headers': found.headers,
        'repeated': found.repeated,
        'changed': columns != remembered or not (remembered or options.include_existing_files)
            or (files | length > 0 and not was_read),
        'remembered': remembered.keys() | list,
        'was_read': was_read,
    }) %}
{% endmacro %}


{% macro source_record(source_name, state) %}
    {# What this model remembers of a source, see schema_records(); empty where it begins. #}
    {% if sluice.is_full_refresh() or state.unfinished %}{% do return({}) %}{% endif %}
    {% do return(state.options.get(state.dataset ~ ' < ' ~ source_name, {})) %}
{% endmacro %}


{% macro remembered_columns(recorded) %}
    {# The columns {name: type} that a model read of a source last time, by its record. #}
    {# JSON has no order of names for dbt v2. #}
    {% set columns = {} %}
    {% for name in recorded.get('names', []) %}{% do columns.update({name: recorded.columns[name]}) %}{% endfor %}
    {% do columns.update(recorded.get('columns', {})) %}
    {% do return(columns) %}
{% endmacro %}


{% macro partition_fields(options, files) %}
    {# What hive-style folders below the location say of the files (year=2026/month=11/): {name: type}. #}
    {% set root = sluice.location_root(options.location) %}
    {% set values = {} %}
    {% for file in files if '=' in file.path %}
        {% for part in sluice.path_below(file.path, root).split('/')[:-1] if '=' in part and not part.startswith('=') %}
            {% set name, _, value = part.partition('=') %}
            {% do values.setdefault(name, []).append(value) %}
        {% endfor %}
    {% endfor %}
    {% set fields = {} %}
    {% for name, found in values.items() %}
        {% do fields.update({
            name: sluice.partition_type(found | reject('equalto', '__HIVE_DEFAULT_PARTITION__') | list),
        }) %}
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
    {% do return(sluice.type_text()) %}
{% endmacro %}


{% macro new_fields(options, known, files) %}
    {# What record_fields() returns, with the types of all fields of new files that are no known column. #}
    {% if not files %}
        {% do return({'types': {}, 'duplicates': false, 'texts': {}, 'headers': {}, 'repeated': [], 'later': []}) %}
    {% endif %}
    {% set found = sluice.record_fields(options, known, files) %}
    {% set types = dict(found.types) %}
    {% for name, kinds in found.kinds.items() %}{% do types.update({name: sluice.inferred_type(kinds)}) %}{% endfor %}
    {% do return(dict(found, types=types)) %}
{% endmacro %}


{% macro inferred_type(kinds) %}
    {# The type that takes all JSON values of these kinds (OBJECT, ARRAY, BOOLEAN, BIGINT, UBIGINT, DOUBLE, VARCHAR).
       Objects and lists stay JSON, which no later value can fail to fit; mixed scalars become text. #}
    {% if 'OBJECT' in kinds or 'ARRAY' in kinds %}{% do return('JSON') %}{% endif %}
    {% for type, takes in [
        (dbt.type_boolean(), ['BOOLEAN']), (dbt.type_bigint(), ['BIGINT', 'UBIGINT']),
        ('double', ['BIGINT', 'UBIGINT', 'DOUBLE']),
    ] %}
        {% if kinds and not kinds | reject('in', takes) | list %}{% do return(type | upper) %}{% endif %}
    {% endfor %}
    {% do return(sluice.type_text()) %}
{% endmacro %}


{% macro record_fields(options, known, files) %}
    {# The fields of the records of files that are not known: {'kinds': {name: kinds of its JSON values}, 'types':
       {name: type} where the files say it themselves, 'duplicates': whether an object names a field twice, 'texts':
       {reader: columns that have to be read as texts}, 'headers': what file_records() has to know of names in files,
       'repeated': names that stand twice in a header, whose later values are rescued, 'later': spellings of a name that
       come after another one}. #}
    {% do return(adapter.dispatch('record_fields', 'sluice')(options, known, files)) %}
{% endmacro %}


{% macro check_numbers_of_fields(options, files, remembered) %}
    {# Without a header the place of a field is its name: files with more or fewer fields would be shifted. #}
    {% if options.format != 'csv' or options.header or not files %}{% do return(none) %}{% endif %}
    {% set numbers = {} %}
    {% if options.names %}{% do numbers.update({options.names | length: 'names'}) %}{% endif %}
    {% set before = [] %}
    {% for name in remembered if modules.re.match('column[0-9]+$', name) %}{% do before.append(name) %}{% endfor %}
    {% if before %}{% do numbers.update({before | length: 'the files that were read before'}) %}{% endif %}
    {% for path, number in sluice.numbers_of_fields(options, files).items() %}
        {% do numbers.setdefault(number, path) %}
    {% endfor %}
    {% if numbers | length > 1 %}
        {% set shown = [] %}
        {% for number, path in numbers.items() %}{% do shown.append(number ~ ' fields in ' ~ path) %}{% endfor %}
        {% do sluice.raise_errors('CSV files without a header (header: false) of source ' ~ options.name, [
            'all must have the same fields, for the place of a field is its name; found: ' ~ shown[:5] | join(', '),
            'way out: let the producer write a header (DMS: AddColumnName), or give each kind of file its own source',
        ]) %}
    {% endif %}
{% endmacro %}


{% macro numbers_of_fields(options, files) %}
    {# {path: how many fields the lines of a CSV file have}, for some files of each number. #}
    {% do return(adapter.dispatch('numbers_of_fields', 'sluice')(options, files)) %}
{% endmacro %}
