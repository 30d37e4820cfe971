{% macro check_events(options, columns, batch) %}
    {# Counts of the batch; a null key or sequence ends the run before anything is written. #}
    {% set nulls = {} %}
    {% for key in options['keys'] %}
        {% do nulls.update({"key column '" ~ key ~ "'": "_sluice_operation <> 'TRUNCATE' and " ~ sluice.quote(key) ~ ' is null'}) %}
    {% endfor %}
    {% set names = columns | map(attribute='name') | list %}
    {% for part in options.sequence %}
        {% set name = sluice.same_name(names, part) %}
        {% set value = '_sluice_sequence' ~ ('.' ~ sluice.quote(name or 'part_' ~ loop.index) if options.sequence | length > 1 else '') %}
        {% do nulls.update({"sequence_by '" ~ part ~ "'": value ~ ' is null'}) %}
    {% endfor %}
    {% set counts = ['count(*) as num_rows', "count(*) filter (where _sluice_operation = 'TRUNCATE') as num_truncates"] %}
    {% for condition in nulls.values() %}
        {% do counts.append('count(*) filter (where ' ~ condition ~ ') as nulls_' ~ loop.index) %}
    {% endfor %}
    {% set found = sluice.rows('select ' ~ counts | join(', ') ~ ' from ' ~ batch)[0] %}
    {% set errors = [] %}
    {% for what in nulls %}
        {% set count = found['nulls_' ~ loop.index] %}
        {% if count %}{% do errors.append(what ~ ' is null in ' ~ count ~ ' of ' ~ found.num_rows ~ ' events') %}{% endif %}
    {% endfor %}
    {% if errors %}
        {% do errors.append('expected a value in every one: without it an event has no place. Nothing was written; drop such rows '
            ~ 'before this model (an expectation with on_violation: drop on the streaming table keeps them in its quarantine)') %}
    {% endif %}
    {% do sluice.raise_errors('Change events without key or sequence', errors) %}
    {% do return(found) %}
{% endmacro %}
