{% macro source_options(source) %}
    {# The source table's options with their defaults; every error at once. #}
    {% set defaults = {'format': 'json', 'columns': {}, 'schema_evolution': 'add_new_columns', 'max_files_per_run': none} %}
    {% set legal = {
        'format': ['json'],
        'schema_evolution': ['add_new_columns', 'rescue', 'fail_on_new_columns', 'none'],
    } %}
    {% set errors = [] %}
    {% set options = {} %}
    {% for node in graph.sources.values()
        if node.schema == source.schema and node.identifier == source.identifier %}
        {% set given = {} %}
        {% do given.update(node.source_meta or {}) %}
        {% do given.update(node.meta or {}) %}
        {% do given.update((node.config.meta if node.config else none) or {}) %}
        {% do options.update({'name': node.source_name ~ '.' ~ node.name, 'location': sluice.source_location(source)}) %}
        {% for name, default in defaults.items() %}
            {% set value = given.get(name, default) %}
            {% do options.update({name: value}) %}
            {% if name in legal and value not in legal[name] %}
                {% do errors.append(name ~ ' must be one of [' ~ legal[name] | join(', ') ~ '], found: ' ~ value) %}
            {% endif %}
        {% endfor %}
        {% for name in given if name in ('allow_overwrites', 'clean_source', 'clean_source_after', 'move_to') %}
            {% do errors.append(name ~ ' is not built yet; leave it out') %}
        {% endfor %}
        {% do sluice.warn_misspelt(node, given, defaults.keys() | list) %}
        {% if options.columns is not mapping %}
            {% do errors.append('columns must be a mapping of column name to type, found: ' ~ options.columns) %}
        {% endif %}
        {% set limit = options.max_files_per_run %}
        {% if limit is not none and (limit is not integer or limit is boolean or limit < 1) %}
            {% do errors.append('max_files_per_run must be a number of files from 1 on, found: ' ~ limit) %}
        {% endif %}
    {% endfor %}
    {% if not options.get('location') %}
        {% do errors.append(
            'read_files() needs a source() with external_location (a folder or a glob) under its meta, found: ' ~ source
        ) %}
    {% endif %}
    {% do sluice.raise_errors('Source errors of ' ~ options.get('name', source), errors) %}
    {% do return(options) %}
{% endmacro %}
