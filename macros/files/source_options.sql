{% macro source_options(source, node=none) %}
    {# The source table's options with their defaults; every error at once. #}
    {% set options = {
        'format': 'json', 'multi_line': false, 'columns': {}, 'schema_evolution': 'add_new_columns',
        'max_files_per_run': none, 'max_bytes_per_run': none, 'path_glob_filter': none, 'modified_after': none,
        'modified_before': none, 'include_existing_files': true, 'allow_overwrites': false,
        'clean_source': 'off', 'clean_source_after': '30 days', 'move_to': none,
    } %}
    {% set names = options.keys() | list %}
    {% set errors = [] %}
    {% for node in graph.sources.values()
        if node.schema == source.schema and node.identifier == source.identifier %}
        {% set given = sluice.meta_of_source(node) %}
        {% do options.update({
            'name': node.source_name ~ '.' ~ node.name,
            'location': sluice.plain_path(sluice.source_location(source)),
            'given_location': sluice.source_location(source),
        }) %}
        {% for name in names if name in given %}{% do options.update({name: given[name]}) %}{% endfor %}
        {# YAML reads a bare off as false. #}
        {% if options.clean_source is false %}{% do options.update({'clean_source': 'off'}) %}{% endif %}
        {% do options.update(sluice.reader_options(options, given, errors)) %}
        {% do sluice.warn_misspelt(node, given, names + [
            'external_location', 'reader_options', 'header', 'delimiter', 'quote', 'escape',
        ]) %}
        {% do errors.extend(sluice.source_option_errors(options, given)) %}
        {# Of text a line is a value, of binary files each is one. #}
        {% set fixed = {'text': {'value': 'string'}, 'binary': {'content': 'binary'}}.get(options.format, {}) %}
        {% set declared = sluice.declared_types(node, options.columns) %}
        {% if declared is mapping %}{% set declared = dict(fixed, **declared) %}{% endif %}
        {% do options.update({'columns': sluice.column_types_option(declared, errors)}) %}
    {% endfor %}
    {% if not options.get('location') %}
        {% do errors.append(sluice.no_location_error(source, options.get('name'))) %}
    {% endif %}
    {% do sluice.raise_errors('Source errors of ' ~ options.get('name', source), errors, node) %}
    {% do return(options) %}
{% endmacro %}


{% macro meta_of_source(node) %}
    {# What a source table is given under meta: its config's wins over its own, and that over its source's. #}
    {% set given = {} %}
    {% do given.update(node.source_meta or {}) %}
    {% do given.update(node.meta or {}) %}
    {% do given.update((node.config.meta if node.config else none) or {}) %}
    {% do return(given) %}
{% endmacro %}


{% macro no_location_error(source, name) %}
    {# What was given in the place of a source with files; `name` is that of a source. #}
    {% set example = "meta: {external_location: 'landing/orders/*.json'}" %}
    {% if name %}
        {% do return('external_location is missing, a folder or a glob: source ' ~ name ~ ' needs ' ~ example) %}
    {% endif %}
    {% do return("read_files() needs a source(), whose table has " ~ example ~ ', found: ' ~ source) %}
{% endmacro %}


{% macro source_location(source) %}
    {# Where the files of a source are, as a path or a glob; empty where it has no external_location. #}
    {% do return(adapter.dispatch('source_location', 'sluice')(source)) %}
{% endmacro %}


{% macro source_option_errors(options, given) %}
    {# What is wrong with the options of a source, a message each. #}
    {% set errors = [] %}
    {% set legal = {
        'format': ['json', 'csv', 'parquet', 'text', 'binary'],
        'schema_evolution': ['add_new_columns', 'rescue', 'fail_on_new_columns', 'none'],
        'clean_source': ['off', 'move', 'delete'],
    } %}
    {% for name, values in legal.items() if options[name] not in values %}
        {% do errors.append(name ~ ' must be one of [' ~ values | join(', ') ~ '], found: ' ~ options[name]) %}
    {% endfor %}
    {% for name in ('multi_line', 'allow_overwrites') if options[name] is not boolean %}
        {% do errors.append(name ~ ' must be true or false, found: ' ~ options[name]) %}
    {% endfor %}
    {% if 'multi_line' in given and options.format != 'json' %}
        {% do errors.append('multi_line belongs to format: json, found format: ' ~ options.format) %}
    {% endif %}
    {% do return(errors + sluice.choice_option_errors(options) + sluice.clean_source_errors(options, given)
        + sluice.unsupported_option_errors(options)) %}
{% endmacro %}


{% macro unsupported_option_errors(options) %}
    {# What an engine does not do of what the options of a source say, a message each. #}
    {% do return(adapter.dispatch('unsupported_option_errors', 'sluice')(options)) %}
{% endmacro %}

{% macro default__unsupported_option_errors(options) %}
    {# An engine that does it all. #}
    {% do return([]) %}
{% endmacro %}


{% macro declared_types(node, overruling) %}
    {# The types of a source's fields, {name: type}: the data_type of its columns, and the option columns, which
       overrules them and may name others. #}
    {% if overruling is not mapping %}{% do return(overruling) %}{% endif %}
    {% set types = {} %}
    {% for name, column in (node.get('columns') or {}).items() if column.get('data_type') %}
        {% set other = sluice.find_name(overruling.keys() | list, name) %}
        {% do types.update({name: column.data_type} if other is none else {other: overruling[other]}) %}
    {% endfor %}
    {% do types.update(overruling) %}
    {% do return(types) %}
{% endmacro %}


{% macro column_types_option(columns, errors) %}
    {# The option columns, {name: type}, each type by the engine's own name for it. #}
    {% if columns is not mapping %}
        {% do errors.append('columns must be a mapping of column name to type, found: ' ~ columns) %}
        {% do return({}) %}
    {% endif %}
    {% set types, resolved = {}, {} %}
    {% for name, type in columns.items() if type is string and type.count('(') > type.count(')') %}
        {% do errors.append('columns: the type of ' ~ name ~ ' ends at a comma, which separates the entries of '
            ~ '{...} in YAML, found: ' ~ type ~ '; way out: quotation marks, "' ~ type ~ ',..."') %}
        {% do return({}) %}
    {% endfor %}
    {% for name, type in columns.items() %}
        {% if name is not string or not name or sluice.is_reserved(name) or name in ('_rescued_data', '_metadata') %}
            {% do errors.append('columns: a column cannot be named ' ~ tojson(name)
                ~ '; _sluice_*, _rescued_data and _metadata are added by sluice') %}
        {% elif types.keys() | map('lower') | select('equalto', name | lower) | list %}
            {% do errors.append(
                'columns: ' ~ name ~ ' stands there twice, names differ in case only; expected a name for each'
            ) %}
        {% elif type is not string or not type | trim %}
            {% do errors.append('columns: the type of ' ~ name ~ ' must be an SQL type, found: ' ~ type) %}
        {% else %}
            {% do types.update({name: type}) %}
        {% endif %}
    {% endfor %}
    {% for name, found in sluice.resolved_types(types).items() %}
        {% if found.error %}
            {% do errors.append('columns: the type of ' ~ name ~ ' must be an SQL type, found: ' ~ types[name]
                ~ ' (' ~ found.error ~ ')') %}
        {% endif %}
        {% do resolved.update({name: found.type}) %}
    {% endfor %}
    {% do return(resolved) %}
{% endmacro %}


{% macro clean_source_errors(options, given) %}
    {# What is wrong with clean_source and its options, a message each. #}
    {% set errors = [] %}
    {% set after = options.clean_source_after | string %}
    {% set remote = '://' in (options.location or '') %}
    {% if not modules.re.match('[0-9]+ (second|minute|hour|day|week)s?$', after) %}
        {% do errors.append('clean_source_after must be a number and a unit '
            ~ '(seconds, minutes, hours, days, weeks), found: ' ~ after) %}
    {% endif %}
    {% if options.clean_source in ('move', 'delete') and remote %}
        {% do errors.append('clean_source works on local folders, found: ' ~ options.location
            ~ ' (way out: a lifecycle rule of the object store)') %}
    {% elif options.clean_source == 'move' %}
        {% set root = sluice.location_root(options.location or '') %}
        {% set move_to = sluice.plain_path((options.move_to or '') | string) %}
        {% if not move_to %}
            {% do errors.append('clean_source: move needs move_to, a folder outside of ' ~ root) %}
        {% elif (move_to.rstrip('/') ~ '/').startswith(root.rstrip('/') ~ '/') %}
            {% do errors.append('move_to must be a folder outside of the source (' ~ root
                ~ '), or its files would be read again, found: ' ~ move_to) %}
        {% endif %}
    {% elif options.move_to is not none %}
        {% do errors.append('move_to belongs to clean_source: move, found clean_source: ' ~ options.clean_source) %}
    {% endif %}
    {% if 'clean_source_after' in given and options.clean_source == 'off' %}
        {% do errors.append('clean_source_after belongs to clean_source: move or delete, found clean_source: off') %}
    {% endif %}
    {% do return(errors) %}
{% endmacro %}
