{% macro source_options(source) %}
    {# The source table's options with their defaults; every error at once. #}
    {% set options = {
        'format': 'json', 'multi_line': false, 'header': true, 'delimiter': ',', 'quote': '"', 'escape': '"',
        'columns': {}, 'schema_evolution': 'add_new_columns', 'max_files_per_run': none, 'allow_overwrites': false,
        'clean_source': 'off', 'clean_source_after': '30 days', 'move_to': none,
    } %}
    {% set names = options.keys() | list %}
    {% set errors = [] %}
    {% for node in graph.sources.values()
        if node.schema == source.schema and node.identifier == source.identifier %}
        {% set given = {} %}
        {% do given.update(node.source_meta or {}) %}
        {% do given.update(node.meta or {}) %}
        {% do given.update((node.config.meta if node.config else none) or {}) %}
        {% do options.update({'name': node.source_name ~ '.' ~ node.name, 'location': sluice.source_location(source)}) %}
        {% for name in names if name in given %}{% do options.update({name: given[name]}) %}{% endfor %}
        {# YAML reads a bare off as false. #}
        {% if options.clean_source is false %}{% do options.update({'clean_source': 'off'}) %}{% endif %}
        {% do sluice.warn_misspelt(node, given, names) %}
        {% do sluice.check_source_options(options, given, errors) %}
    {% endfor %}
    {% if not options.get('location') %}
        {% do errors.append(
            'read_files() needs a source() with external_location (a folder or a glob) under its meta, found: ' ~ source
        ) %}
    {% endif %}
    {% do sluice.raise_errors('Source errors of ' ~ options.get('name', source), errors) %}
    {% do return(options) %}
{% endmacro %}
