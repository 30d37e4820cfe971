{% macro adopted_relation(relation=none) %}
    {# The versions of an older history that a target (by default this one) has adopted, as events: their columns as
       they were, _sluice_sequence, _sluice_operation. #}
    {% do return(sluice.state_relation_of(relation or this, 'adopted')) %}
{% endmacro %}


{% macro with_adopted(events, columns, relation=none) %}
    {# Events with these columns, or none, and those that a target has adopted beside them: together they are its set,
       wherever its own lie, and whatever happens to these. #}
    {% set adopted = load_cached_relation(sluice.adopted_relation(relation)) %}
    {% if adopted is none %}{% do return(events) %}{% endif %}
    {% set rows = sluice.aligned_rows(columns, sluice.columns_of(adopted), adopted) %}
    {% if not events %}{% do return(rows) %}{% endif %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% do return('(select ' ~ names ~ ' from ' ~ events ~ ' as _sluice_own union all select ' ~ names ~ ' from ' ~ rows
        ~ ' as _sluice_adopted)') %}
{% endmacro %}


{% macro check_adopted(options, recorded) %}
    {# What was adopted has to have values of the feed's types. Returns warnings, as events of the log: the columns that
       the target does not get, told when they are worked in. #}
    {% set adopted = load_cached_relation(sluice.adopted_relation()) %}
    {% if adopted is none %}{% do return([]) %}{% endif %}
    {% set given = sluice.columns_of(adopted) %}
    {% set casts, errors = {}, [] %}
    {% for column in options.typed %}
        {% set old = sluice.find_column(given, column.name) %}
        {% if old is not none and old.dtype != column.dtype %}
            {% do casts.update({column.name: 'cast(' ~ sluice.quote(old.name) ~ ' as ' ~ column.dtype ~ ')'}) %}
        {% endif %}
    {% endfor %}
    {% set checked = sluice.checked_expressions(given, casts) %}
    {% set counts = [] %}
    {% for name, cast in casts.items() if not checked[name].error %}
        {% do counts.append('count(*) filter (where ' ~ sluice.quote(name) ~ ' is not null and try_' ~ cast
            ~ ' is null) as ' ~ sluice.quote(name)) %}
    {% endfor %}
    {% set failed = sluice.query_rows('select ' ~ counts | join(', ') ~ ' from ' ~ adopted)[0] if counts else {} %}
    {% for name in casts if checked[name].error or failed[name | lower] %}
        {% set what = 'the sequence (start_at)' if name == '_sluice_sequence' else "column '" ~ name ~ "'" %}
        {% do errors.append('of the adopted versions ' ~ what ~ ' is ' ~ sluice.find_column(given, name).dtype
            ~ ', expected ' ~ sluice.find_column(options.typed, name).dtype ~ ' as the feed has: '
            ~ (checked[name].error or failed[name | lower] ~ ' values are none')) %}
    {% endfor %}
    {% if errors %}
        {% do errors.append('way out: adopt them once more with start_at and end_at as expressions of the type, or '
            ~ 'from a view that casts the columns: ' ~ sluice.operation_command('adopt', model)) %}
    {% endif %}
    {% do sluice.raise_errors('Adopted versions', errors) %}
    {% set surplus = [] %}
    {% for column in sluice.user_columns(given) if sluice.find_column(options.typed, column.name) is none
        and not column.name.startswith('dbt_') and column.name not in sluice.interval_names(model) %}
        {% do surplus.append(column.name) %}
    {% endfor %}
    {% do return([sluice.flow_warning(model.name ~ ': the adopted versions have columns that it does not get: '
        ~ surplus | join(', ') ~ '. They are kept in ' ~ adopted ~ ', and come in with the query that has them.', {})]
        if surplus and recorded.adopts else []) %}
{% endmacro %}
