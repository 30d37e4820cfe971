{% macro keyed_plan(existing, recorded, full_refresh) %}
    {# What a run of this model has to do, and whether it may: {'mode', 'keys', 'ranges', 'record', 'query', 'version'
       (see claimed())}. Modes: `new` (the table is made), `all` (every row is compared), `keys` (those of the changed
       keys), `nothing`. #}
    {% set query = model.get('compiled_code') %}
    {% set ranges, versions = {}, [] %}
    {% for range in sluice.notes('changed', query) %}
        {% do ranges.update({range.source: range}) %}
        {% do versions.append(range.version) %}
    {% endfor %}
    {% set ranges = ranges.values() | list %}
    {% set keys = (config.get('meta') or {}).get('keys') %}
    {% do sluice.check_keyed_table(existing, recorded, full_refresh, keys, ranges) %}
    {% set empty = ranges | selectattr('empty') | list | length > 0 %}
    {# What the rows follow from, beside those of the relations: another query has other rows for every key. #}
    {% set shapes = ranges | map(attribute='shape') | list %}
    {% set text = modules.re.sub('/\\* sluice:changed .*? \\*/', '', query) %}
    {% set record = {'keyed': {
        'keys': sluice.listed(keys), 'query': none if empty else local_md5(tojson([text, shapes])),
    }} %}
    {% if full_refresh %}
        {% set mode = 'new' %}
    {% elif empty %}
        {% set mode, record = 'nothing', recorded %}
    {% elif recorded != record or ranges | selectattr('whole') | list %}
        {% set mode = 'all' %}
    {% else %}
        {% set mode = 'keys' if sluice.unread(ranges) else 'nothing' %}
    {% endif %}
    {% do return({
        'mode': mode, 'keys': sluice.listed(keys), 'ranges': ranges, 'record': record, 'query': query,
        'version': versions | min or none,
    }) %}
{% endmacro %}


{% macro unread(ranges) %}
    {# The ranges in which there is something. #}
    {% set found = [] %}
    {% for range in ranges if range.to > range['from'] %}{% do found.append(range) %}{% endfor %}
    {% do return(found) %}
{% endmacro %}


{% macro check_keyed_table(existing, recorded, full_refresh, keys, ranges) %}
    {# Its options, what it reads, and what stands where the table is to be. #}
    {% set errors = [] %}
    {% set given = config.get('meta') or {} %}
    {% if not keys or (keys is not string and (keys is not sequence or keys is mapping))
        or sluice.listed(keys) | reject('string') | list %}
        {% set beside = config.get('keys') or config.get('unique_key') %}
        {% do errors.append('keys must be a non-empty list of column names under meta: meta: {keys: [id]}, found: '
            ~ tojson(keys) ~ (', and beside meta: ' ~ tojson(beside) if beside else '')) %}
    {% endif %}
    {% do errors.extend(sluice.misspelt_errors(given, ['keys'])) %}
    {% do sluice.warn_misspelt(model, given, ['keys']) %}
    {% if not ranges %}
        {% do errors.append('the query reads nothing with changed(), so it does not tell which keys change; expected '
            ~ "sluice.changed(ref('<model>')) in place of a ref(); way out: that, or materialized: table") %}
    {% endif %}
    {% set way_out = 'rebuild it with: ' ~ sluice.rebuild_command(model) %}
    {% if full_refresh or existing is none %}
        {# What stands there is dropped. #}
    {% elif not existing.is_table %}
        {% do errors.append(existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; ' ~ way_out) %}
    {% elif not (recorded or {}).get('keyed') or recorded.made_by %}
        {% do errors.append(existing ~ ' exists, but was made by something else'
            ~ (' meanwhile (' ~ recorded.made_by ~ ')' if (recorded or {}).get('made_by') else '')
            ~ ', so its rows need not be those of this query; ' ~ way_out) %}
    {% endif %}
    {% do sluice.raise_errors('keyed_table error', errors) %}
{% endmacro %}


{% macro check_key_types(plan, columns) %}
    {# Each key must be a column of the query, and of types that can be compared. #}
    {% set errors = sluice.reserved_column_errors(columns) %}
    {% for key in sluice.column_list_option('keys', plan['keys'], columns | map(attribute='name') | list, errors) %}
        {% set sides = {'the query': sluice.find_column(columns, key).dtype} %}
        {% for range in plan.ranges %}
            {% for name, type in range['keys'].items() if name | lower == key | lower %}
                {% do sides.update({range.source: type}) %}
            {% endfor %}
        {% endfor %}
        {% set types = sides.values() | unique | list %}
        {% set ns = namespace(fit=true) %}
        {% for one in types %}
            {% for other in types[loop.index:] if not sluice.widens(one, other) and not sluice.widens(other, one) %}
                {% set ns.fit = false %}
            {% endfor %}
        {% endfor %}
        {% if not ns.fit %}
            {% set told = [] %}
            {% for side, type in sides.items() %}{% do told.append(type ~ ' in ' ~ side) %}{% endfor %}
            {% do errors.append("key '" ~ key ~ "' has types that do not fit together: " ~ told | join(', ')
                ~ '; expected one type; way out: cast it in the model that makes it') %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('keyed_table error', errors) %}
{% endmacro %}
