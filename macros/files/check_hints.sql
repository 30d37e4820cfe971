{% macro check_hints(options, errors) %}
    {# The names and types of the option columns. #}
    {% set types = {} %}
    {% for name, type in options.columns.items() %}
        {% if name is not string or not name or sluice.is_reserved(name) or name in ('_rescued_data', '_metadata') %}
            {% do errors.append('columns: a column cannot be named ' ~ tojson(name) ~ '; _sluice_*, _rescued_data and _metadata are added by sluice') %}
        {% elif types.keys() | map('lower') | select('equalto', name | lower) | list %}
            {% do errors.append('columns: ' ~ name ~ ' stands there twice, names differ in case only; expected a name for each') %}
        {% elif type is not string or not type | trim %}
            {% do errors.append('columns: the type of ' ~ name ~ ' must be an SQL type, found: ' ~ type) %}
        {% else %}
            {% do types.update({name: type}) %}
        {% endif %}
    {% endfor %}
    {% set casts = {} %}
    {% for name, type in types.items() %}{% do casts.update({name: 'cast(null as ' ~ type ~ ')'}) %}{% endfor %}
    {% for name, checked in (sluice.checked_expressions([api.Column('id', 'integer')], casts) if execute else {}).items() if checked.error %}
        {% do errors.append('columns: the type of ' ~ name ~ ' must be an SQL type, found: ' ~ types[name] ~ ' (' ~ checked.error ~ ')') %}
    {% endfor %}
{% endmacro %}
