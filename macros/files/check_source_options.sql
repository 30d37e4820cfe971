{% macro check_source_options(options, given, errors) %}
    {% set legal = {
        'format': ['json', 'csv', 'parquet'],
        'schema_evolution': ['add_new_columns', 'rescue', 'fail_on_new_columns', 'none'],
        'clean_source': ['off', 'move', 'delete'],
    } %}
    {% for name, values in legal.items() if options[name] not in values %}
        {% do errors.append(name ~ ' must be one of [' ~ values | join(', ') ~ '], found: ' ~ options[name]) %}
    {% endfor %}
    {% for name in ('multi_line', 'header', 'allow_overwrites') if options[name] is not boolean %}
        {% do errors.append(name ~ ' must be true or false, found: ' ~ options[name]) %}
    {% endfor %}
    {% for name in ('delimiter', 'quote', 'escape') if options[name] is not string or options[name] | length != 1 %}
        {% do errors.append(name ~ ' must be one character, found: ' ~ options[name]) %}
    {% endfor %}
    {% for names, format in [(['multi_line'], 'json'), (['header', 'delimiter', 'quote', 'escape'], 'csv')] if options.format != format %}
        {% for name in names if name in given %}
            {% do errors.append(name ~ ' belongs to format: ' ~ format ~ ', found format: ' ~ options.format) %}
        {% endfor %}
    {% endfor %}
    {% if options.columns is not mapping %}
        {% do errors.append('columns must be a mapping of column name to type, found: ' ~ options.columns) %}
    {% else %}
        {% do sluice.check_hints(options, errors) %}
    {% endif %}
    {% set limit = options.max_files_per_run %}
    {% if limit is not none and (limit is not integer or limit is boolean or limit < 1) %}
        {% do errors.append('max_files_per_run must be a number of files from 1 on, found: ' ~ limit) %}
    {% endif %}
    {% do sluice.check_clean_source(options, given, errors) %}
{% endmacro %}
