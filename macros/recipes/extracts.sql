{% macro changes_from_snapshots(relation, keys, version, columns=none) %}
    {# Successive full extracts of a table, kept in a streaming table, as change events: each version is compared with
       the one before it. What an event says depends on the extracts alone, so a replay yields the same events. #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set arrived = sluice.stream(relation) %}
    {% set unit_test = model.resource_type == 'unit_test' %}
    {% if not unit_test %}
        {% set whole = api.Relation.create(database=relation.database, schema=relation.schema, identifier=relation.identifier) %}
        {# What stream() rendered, read back: new batches are compared with the very ones before them. #}
        {% set position = fromjson(modules.re.findall('/\\* sluice:stream (.*?) \\*/', arrived)[0]) %}
        {% set news = position.to > position['from'] %}
        {% set known = sluice.stream_rows(whole, {'from': 0, 'to': position['from']}) if news %}
        {# Before its first run (dbt compile) the table has no columns to compare. #}
        {% if adapter.get_relation(whole.database, whole.schema, whole.identifier) is none %}{% do return(arrived) %}{% endif %}
    {% endif %}
    {% set options = sluice.extract_options(whole, keys, version, columns) %}
    {% if news %}{% do sluice.check_extracts(relation, options, arrived, known) %}{% endif %}
    {% do return(sluice.extract_changes(options, arrived, known)) %}
{% endmacro %}


{% macro extract_options(relation, keys, version, columns) %}
    {# {'keys', 'version', 'values' (the columns that are compared)} of extracts, checked; every error at once.
       A unit test's fixture has no columns to look at, so there they are taken as they are given. #}
    {% set errors = [] %}
    {% if relation %}
        {% set names = sluice.user_columns(sluice.columns_of(relation)) %}
    {% else %}
        {% set names = (([keys] if keys is string else keys or []) + [version] + (columns or [])) | unique | list %}
        {% if not columns %}
            {% do errors.append('columns must be a list of the columns to compare in a unit test, whose fixture does not show its own; found: none') %}
        {% endif %}
    {% endif %}
    {% set keys = sluice.column_list_option('keys', keys, names, errors) %}
    {% set versions = sluice.column_list_option('version', version if version is string else none, names, errors) %}
    {% for name in versions if name in keys %}
        {% do errors.append("version '" ~ name ~ "' is one of the keys; expected a column that all rows of an extract share") %}
    {% endfor %}
    {% if sluice.same_name(names, '__op') is not none %}
        {% do errors.append("the extracts have a column '__op', which is the name of what an event does; rename it") %}
    {% endif %}
    {# Where a row came from differs from extract to extract, and is no change of the row. #}
    {% set values = names | reject('in', ['_metadata', '_rescued_data']) | list if columns is none
        else sluice.column_list_option('columns', columns, names, errors) %}
    {% do sluice.raise_errors('changes_from_snapshots() error', errors) %}
    {% do return({'keys': keys, 'version': versions[0], 'values': values | reject('in', keys + versions) | list}) %}
{% endmacro %}


{% macro check_extracts(relation, options, arrived, known) %}
    {# An extract must be whole, in order and one row a key: else what is absent would not mean a delete. #}
    {% set version = sluice.quote(options.version) %}
    {% set keys = sluice.quoted(options['keys']) %}
    {% set text = dbt.type_string() %}
    {% set errors = [] %}
    {% set counts = ['count(*) as num_rows', 'count(*) filter (where ' ~ version ~ ' is null) as nulls_0'] %}
    {% for key in keys %}{% do counts.append('count(*) filter (where ' ~ key ~ ' is null) as nulls_' ~ loop.index) %}{% endfor %}
    {% set found = sluice.rows('select ' ~ counts | join(', ') ~ ' from ' ~ arrived ~ ' as arrived')[0] %}
    {% for name in ["version '" ~ options.version ~ "'"] + options['keys'] %}
        {% set count = found['nulls_' ~ loop.index0] %}
        {% if count %}
            {% do errors.append((name if loop.first else "key '" ~ name ~ "'") ~ ' is null in ' ~ count ~ ' of ' ~ found.num_rows
                ~ ' rows; expected a value in every one') %}
        {% endif %}
    {% endfor %}
    {% set shown = [] %}
    {% for name in options['keys'] + [options.version] %}
        {% do shown.append(sluice.literal(name ~ ' = ') ~ ' || cast(' ~ sluice.quote(name) ~ ' as ' ~ text ~ ')') %}
    {% endfor %}
    {% set double = sluice.rows('select ' ~ shown | join(" || ', ' || ") ~ ' as example, count(*) as copies, count(*) over () as num_keys from '
        ~ arrived ~ ' as arrived where ' ~ (keys + [version]) | join(' is not null and ') ~ ' is not null group by '
        ~ (keys + [version]) | join(', ') ~ ' having count(*) > 1 order by 1 limit 3') %}
    {% if double %}
        {% set examples = [] %}
        {% for row in double %}{% do examples.append(row.example ~ ' (' ~ row.copies ~ ' rows)') %}{% endfor %}
        {% do errors.append('one row a key is expected in each version, found several for ' ~ double[0].num_keys ~ ': ' ~ examples | join('; ')) %}
    {% endif %}
    {% set wrong = errors | length %}
    {% set late = sluice.rows('select distinct cast(' ~ version ~ ' as ' ~ text ~ ') as version, cast(newest as ' ~ text ~ ') as newest from '
        ~ arrived ~ ' as arrived cross join (select max(' ~ version ~ ') as newest from (' ~ known ~ ') as known) as known where '
        ~ version ~ ' <= newest order by 1 limit 3') %}
    {% if late %}
        {% do errors.append('an extract must be newer than those that were read before it and land whole; the newest is '
            ~ late[0].newest ~ ', found: ' ~ late | map(attribute='version') | join(', ')
            ~ '. Way out: start over, which takes all extracts in the order of their versions: '
            ~ ('drop table ' ~ this ~ ', then dbt snapshot --select ' if model.resource_type == 'snapshot' else 'dbt run --full-refresh --select ')
            ~ model.name) %}
    {% endif %}
    {% if wrong %}
        {% do errors.append('way out: keep such rows out of ' ~ relation.identifier ~ ' (an expectation with on_violation: drop), or correct the '
            ~ 'extract, then: dbt build --full-refresh --select ' ~ relation.identifier ~ '+') %}
    {% endif %}
    {% do sluice.raise_errors('Extracts of ' ~ relation.identifier ~ ' that cannot be compared, nothing was written,', errors) %}
{% endmacro %}


{% macro extract_changes(options, arrived, known=none) %}
    {# The change events of the extracts in `arrived`, of which the oldest follows the newest in `known`. #}
    {% set keys = sluice.quoted(options['keys']) %}
    {% set values = sluice.quoted(options['values']) %}
    {% set version = sluice.quote(options.version) %}
    {% set all = (keys + values + [version]) | join(', ') %}
    {% set sql %}(
    -- full extracts, each compared with the one before it
    with new_rows as (
        select {{ all }} from {{ arrived }} as arrived
    ),

    all_rows as (
        select {{ all }} from new_rows
        {%- if known %}
        union all
        select {{ all }} from ({{ known }}) as known
        where {{ version }} = (select max({{ version }}) from ({{ known }}) as known)
        {%- endif %}
    ),

    versions as (
        select {{ version }}, lag({{ version }}) over (order by {{ version }}) as _sluice_previous
        from (select distinct {{ version }} from all_rows) as versions
    ),

    -- rows that are new or differ; the first extract is all new
    upserts as (
        select {{ sluice.quoted(options['keys'] + options['values'] + [options.version], 'now') | join(', ') }}
        from new_rows as now
        inner join versions on now.{{ version }} = versions.{{ version }}
        left join all_rows as before
            on before.{{ version }} = versions._sluice_previous
            {%- for key in keys %} and before.{{ key }} = now.{{ key }}{% endfor %}
        where before.{{ version }} is null
        {%- for value in values %}
            or before.{{ value }} is distinct from now.{{ value }}
        {%- endfor %}
    ),

    -- keys that an extract no longer has
    deletes as (
        select {{ sluice.quoted(options['keys'], 'before') | join(', ') }}, versions.{{ version }}
        from versions
        inner join all_rows as before on before.{{ version }} = versions._sluice_previous
        left join new_rows as now
            on now.{{ version }} = versions.{{ version }}
            {%- for key in keys %} and now.{{ key }} = before.{{ key }}{% endfor %}
        where now.{{ version }} is null
    )

    select {{ all }}, 'UPSERT' as __op from upserts
    union all
    select
        {%- for key in keys %} {{ key }},{% endfor %}
        {%- for value in values %} null as {{ value }},{% endfor %} {{ version }}, 'DELETE' as __op
    from deletes
){% endset %}
    {% do return(sql) %}
{% endmacro %}
