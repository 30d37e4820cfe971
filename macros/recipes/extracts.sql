{# PUBLIC: changes_from_snapshots #}

{% macro changes_from_snapshots(relation, keys, version, columns=none) %}
    {# Successive full extracts of a table, kept in a streaming table, as change events: each version is compared with
       the one before it. What an event says depends on the extracts alone, so a replay yields the same events. #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set arrived = sluice.stream(relation) %}
    {% set unit_test = model.resource_type == 'unit_test' %}
    {% if not unit_test %}
        {% set whole = sluice.whole_relation(relation) %}
        {# New batches are compared with the very ones before them. #}
        {% set range = sluice.ranges_read(arrived)[0] %}
        {% set news = range.to > range['from'] %}
        {% set known = sluice.stream_rows(whole, {'from': 0, 'to': range['from']}) if news %}
        {# Before its first run (dbt compile) the table has no columns to compare. #}
        {% if load_cached_relation(whole) is none %}{% do return(arrived) %}{% endif %}
    {% endif %}
    {% set options = sluice.extract_options(whole, keys, version, columns) %}
    {% if news %}{% do sluice.check_extracts(whole, options, arrived, known, range) %}{% endif %}
    {% do return(sluice.extract_changes(options, arrived, known)) %}
{% endmacro %}


{% macro extract_options(relation, keys, version, columns) %}
    {# {'keys', 'version', 'values' (the columns that are compared), 'has_rescued'} of extracts, checked; every error at
       once.
       A unit test's fixture has no columns to look at, so there they are taken as they are given. #}
    {% set errors = [] %}
    {% set typed = sluice.columns_of(relation) if relation else [] %}
    {% if relation %}
        {% set names = sluice.user_columns(typed) | map(attribute='name') | list %}
    {% else %}
        {% set names = (([keys] if keys is string else keys or []) + [version] + (columns or [])) | unique | list %}
        {% if not columns %}
            {% do errors.append('columns must be a list of the columns to compare in a unit test, '
                ~ 'whose fixture does not show its own; found: none') %}
        {% endif %}
    {% endif %}
    {% set keys = sluice.column_list_option('keys', keys, names, errors) %}
    {% set versions = sluice.column_list_option('version', version if version is string else none, names, errors) %}
    {% for name in versions if name in keys %}
        {% do errors.append(
            "version '" ~ name ~ "' is one of the keys; expected a column that all rows of an extract share"
        ) %}
    {% endfor %}
    {% if sluice.find_name(names, '__op') is not none %}
        {% do errors.append("the extracts have a column '__op', which is the name of what an event does; rename it") %}
    {% endif %}
    {# Where a row came from differs from extract to extract, and is no change of the row. #}
    {% set values = names | reject('in', ['_metadata', '_rescued_data']) | list if columns is none
        else sluice.column_list_option('columns', columns, names, errors) %}
    {% do sluice.raise_errors('changes_from_snapshots() error', errors) %}
    {% do return({
        'keys': keys, 'version': versions[0], 'values': values | reject('in', keys + versions) | list, 'typed': typed,
        'has_rescued': sluice.find_name(names, '_rescued_data') is not none,
    }) %}
{% endmacro %}


{% macro check_extracts(relation, options, arrived, known, range) %}
    {# An extract must be whole, in order and one row a key: else what is absent would not mean a delete. #}
    {% set lacking = sluice.extract_file_errors(relation)
        + sluice.extract_quarantine_errors(relation, options, range) %}
    {% set errors = sluice.extract_null_errors(options, arrived) + sluice.extract_copy_errors(options, arrived) %}
    {% if errors %}
        {% do errors.append('way out: correct the extract where it comes from, for a row that is left out would be '
            ~ 'a delete, then: ' ~ sluice.full_refresh_command(sluice.node_at(relation), readers=true)) %}
    {% endif %}
    {% do sluice.raise_errors('Extracts of ' ~ relation.identifier ~ ' that cannot be compared, nothing was written,',
        lacking + errors + sluice.extract_order_errors(options, arrived, known)) %}
{% endmacro %}


{% macro extract_file_errors(relation) %}
    {# Files that could not be read: their rows are not absent, they are not read yet. #}
    {% set ledger = sluice.state_relation('files', relation.database) %}
    {% if load_cached_relation(ledger) is none %}{% do return([]) %}{% endif %}
    {% set failed %}
        from {{ ledger }}
        where relation = {{ sluice.literal(sluice.dataset_id(relation)) }} and status = 'FAILED'
    {% endset %}
    {% set paths = sluice.query_rows('select path ' ~ failed ~ ' order by path asc') | map(attribute='path') | list %}
    {% if not paths %}{% do return([]) %}{% endif %}
    {% do return([
        'an extract of which a file is missing would delete the rows of that file; ' ~ paths | length
        ~ ' could not be read: ' ~ paths[:5] | join(', ') ~ (', ...' if paths | length > 5 else '')
        ~ '. Way out: repair them, then run ' ~ relation.identifier ~ ' and this model again. '
        ~ 'If their rows do not matter, remove the files and what is noted of them: delete '
        ~ failed.split() | join(' '),
    ]) %}
{% endmacro %}


{% macro extract_quarantine_errors(relation, options, range) %}
    {# Rows of the new extracts that a rule dropped: absent for the comparison, and yet there. #}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set existing = load_cached_relation(quarantine) %}
    {% if existing is none or not sluice.is_quarantine(existing) %}{% do return([]) %}{% endif %}
    {% set has_version = sluice.find_column(sluice.columns_of(existing), options.version) is not none %}
    {% set query %}
        select
            cast({{ sluice.quote(options.version) if has_version else 'null' }} as {{ dbt.type_string() }}) as version,
            count(*) as num_rows
        from {{ quarantine }}
        where _sluice_batch > {{ range['from'] }} and _sluice_batch <= {{ range.to }}
        group by 1
        order by 1 asc
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% if not found %}{% do return([]) %}{% endif %}
    {% set shown = [] %}
    {% for row in found[:5] %}
        {% do shown.append(
            row.num_rows ~ ' of ' ~ (options.version ~ ' ' ~ row.version if row.version is not none else 'no version')
        ) %}
    {% endfor %}
    {% do return([
        'an extract of which rows were dropped would delete their keys; the quarantine ' ~ quarantine ~ ' has '
        ~ shown | join(', ') ~ (', ...' if found | length > 5 else '')
        ~ '. Way out: correct the extract, then: '
        ~ sluice.full_refresh_command(sluice.node_at(relation), readers=true),
    ]) %}
{% endmacro %}


{% macro extract_null_errors(options, arrived) %}
    {# Rows without a version or a key, a message for each column, and lines that could not be read. #}
    {% set names = [options.version] + options['keys'] %}
    {% set query %}
        select
            count(*) as num_rows
            {%- for name in sluice.quoted(names) %},
            count(*) filter (where {{ name }} is null) as nulls_{{ loop.index }}
            {%- endfor %}
            {%- if options.has_rescued %},
            count(*) filter (where substr(_rescued_data, 1, 19) = '{"_corrupt_record":') as num_corrupt
            {%- endif %}
        from {{ arrived }} as _sluice_arrived
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% set errors = [] %}
    {% if found.num_corrupt %}
        {% do errors.append(found.num_corrupt ~ ' of ' ~ found.num_rows ~ ' rows are no JSON objects, or do not fit '
            ~ 'their header (corrupt lines in _rescued_data); expected none') %}
    {% endif %}
    {% for name in names %}
        {% set count = found['nulls_' ~ loop.index] %}
        {% if count %}
            {% do errors.append(('version' if loop.first else 'key') ~ " '" ~ name ~ "' is null in " ~ count ~ ' of '
                ~ found.num_rows ~ ' rows; expected a value in every one') %}
        {% endif %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}


{% macro extract_copy_errors(options, arrived) %}
    {# Keys that a version has more than once, in one message. #}
    {% set names = options['keys'] + [options.version] %}
    {% set quoted = sluice.quoted(names) %}
    {% set shown = [] %}
    {% for name in names %}
        {% do shown.append(
            sluice.literal(name ~ ' = ') ~ ' || cast(' ~ quoted[loop.index0] ~ ' as ' ~ dbt.type_string() ~ ')'
        ) %}
    {% endfor %}
    {% set query %}
        select
            {{ shown | join(" || ', ' || ") }} as example,
            count(*) as copies,
            count(*) over () as num_keys
        from {{ arrived }} as _sluice_arrived
        where {{ quoted | join(' is not null and ') }} is not null
        group by {{ quoted | join(', ') }}
        having count(*) > 1
        order by 1 asc
        limit 3
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% if not found %}{% do return([]) %}{% endif %}
    {% set examples = [] %}
    {% for row in found %}{% do examples.append(row.example ~ ' (' ~ row.copies ~ ' rows)') %}{% endfor %}
    {% do return([
        'one row a key is expected in each version, found several for ' ~ found[0].num_keys ~ ': '
        ~ examples | join('; '),
    ]) %}
{% endmacro %}


{% macro extract_order_errors(options, arrived, known) %}
    {# Versions that are not newer than the newest one that was read before, in one message. #}
    {% set version = sluice.quote(options.version) %}
    {% set text = dbt.type_string() %}
    {% set query %}
        select distinct
            cast({{ version }} as {{ text }}) as version,
            cast(_sluice_newest as {{ text }}) as newest
        from {{ arrived }} as _sluice_arrived
        cross join (
            select max({{ version }}) as _sluice_newest from ({{ known }}) as _sluice_known
        ) as _sluice_before
        where {{ version }} <= _sluice_newest
        order by 1 asc
        limit 3
    {% endset %}
    {% set late = sluice.query_rows(query) %}
    {% if not late %}{% do return([]) %}{% endif %}
    {% set start_over = 'drop table ' ~ this ~ ', then dbt snapshot --select ' ~ model.name
        if model.resource_type == 'snapshot' else sluice.full_refresh_command(model, 'run') %}
    {% do return([
        'an extract must be newer than those that were read before it and land whole; the newest is ' ~ late[0].newest
        ~ ', found: ' ~ late | map(attribute='version') | join(', ')
        ~ '. Way out: start over, which takes all extracts in the order of their versions: ' ~ start_over,
    ]) %}
{% endmacro %}


{% macro extract_changes(options, arrived, known=none) %}
    {# The change events of the extracts in `arrived`, of which the oldest follows the newest in `known`. #}
    {% set keys = sluice.quoted(options['keys']) %}
    {% set values = sluice.quoted(options['values']) %}
    {% set version = sluice.quote(options.version) %}
    {% set all = (keys + values + [version]) | join(', ') %}
    {% set exact = sluice.exact_columns(options.typed, options['keys'] + options['values'] + [options.version])
        | join(', ') %}
    {% set sql %}(
    -- full extracts, each compared with the one before it
    with _sluice_new as (
        select {{ exact }} from {{ arrived }} as _sluice_arrived
    ),

    _sluice_all as (
        select {{ all }} from _sluice_new
        {%- if known %}
        union all
        select {{ exact }} from ({{ known }}) as _sluice_known
        where {{ version }} = (select max({{ version }}) from ({{ known }}) as _sluice_known)
        {%- endif %}
    ),

    _sluice_versions as (
        select {{ version }}, lag({{ version }}) over (order by {{ version }} asc) as _sluice_previous
        from (select distinct {{ version }} from _sluice_all) as _sluice_versions
    ),

    -- rows that are new or differ; the first extract is all new
    _sluice_upserts as (
        select {{ sluice.quoted(options['keys'] + options['values'] + [options.version], '_sluice_now') | join(', ') }}
        from _sluice_new as _sluice_now
        inner join _sluice_versions on _sluice_now.{{ version }} = _sluice_versions.{{ version }}
        left join _sluice_all as _sluice_before
            on _sluice_before.{{ version }} = _sluice_versions._sluice_previous
            and {{ sluice.same_rows_condition(options.typed, options['keys'], '_sluice_before', '_sluice_now') }}
        where _sluice_before.{{ version }} is null
        {%- for value in values %}
            or _sluice_before.{{ value }} is distinct from _sluice_now.{{ value }}
        {%- endfor %}
        {%- set others = sluice.odd_texts(options.typed, options['values'], '_sluice_now') %}
        {%- for text in sluice.odd_texts(options.typed, options['values'], '_sluice_before') %}
            or {{ text }} is distinct from {{ others[loop.index0] }}
        {%- endfor %}
    ),

    -- keys that an extract no longer has
    _sluice_deletes as (
        select {{ sluice.quoted(options['keys'], '_sluice_before') | join(', ') }}, _sluice_versions.{{ version }}
        from _sluice_versions
        inner join _sluice_all as _sluice_before on _sluice_before.{{ version }} = _sluice_versions._sluice_previous
        left join _sluice_new as _sluice_now
            on _sluice_now.{{ version }} = _sluice_versions.{{ version }}
            and {{ sluice.same_rows_condition(options.typed, options['keys'], '_sluice_now', '_sluice_before') }}
        where _sluice_now.{{ version }} is null
    )

    select {{ all }}, 'UPSERT' as __op from _sluice_upserts
    union all
    select
        {%- for key in keys %} {{ key }},{% endfor %}
        {%- for value in values %} null as {{ value }},{% endfor %} {{ version }}, 'DELETE' as __op
    from _sluice_deletes
){% endset %}
    {% do return(sql) %}
{% endmacro %}
