{% macro check_clean_source(options, given, errors) %}
    {% set after = options.clean_source_after | string %}
    {% set remote = '://' in (options.location or '') %}
    {% if not modules.re.match('[0-9]+ (second|minute|hour|day|week)s?$', after) %}
        {% do errors.append('clean_source_after must be a number and a unit (seconds, minutes, hours, days, weeks), found: ' ~ after) %}
    {% endif %}
    {% if options.clean_source in ('move', 'delete') and remote %}
        {% do errors.append('clean_source works on local folders, found: ' ~ options.location
            ~ ' (way out: a lifecycle rule of the object store)') %}
    {% elif options.clean_source == 'move' %}
        {% set root = sluice.location_root(options.location or '') %}
        {% set move_to = (options.move_to or '') | string %}
        {% if not move_to %}
            {% do errors.append('clean_source: move needs move_to, a folder outside of ' ~ root) %}
        {% elif (move_to.rstrip('/') ~ '/').startswith(root.rstrip('/') ~ '/') %}
            {% do errors.append('move_to must be a folder outside of the source (' ~ root ~ '), or its files would be read again, found: ' ~ move_to) %}
        {% endif %}
    {% elif options.move_to is not none %}
        {% do errors.append('move_to belongs to clean_source: move, found clean_source: ' ~ options.clean_source) %}
    {% endif %}
    {% if 'clean_source_after' in given and options.clean_source == 'off' %}
        {% do errors.append('clean_source_after belongs to clean_source: move or delete, found clean_source: off') %}
    {% endif %}
{% endmacro %}
