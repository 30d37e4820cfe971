{# PUBLIC: adopt #}

{% macro adopt(dataset=none, from=none, start_at=none, end_at=none, where=none) %}
    {# The versions of an existing history become events of an apply_changes model or snapshot, kept beside it as they
       were; its next run works them in. By default the table that stands in its place. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% do sluice.check_arguments('adopt', kwargs, ['dataset', 'from', 'start_at', 'end_at', 'where']) %}
    {% set started = modules.datetime.datetime.now() %}
    {% set node = sluice.adopting_node(dataset) %}
    {% set target_relation = sluice.relation_of(node) %}
    {% set id = sluice.dataset_id(target_relation) %}
    {% do sluice.create_state(node.database) %}
    {% set version = sluice.planned_version(target_relation) %}
    {% set recorded = sluice.target_options(id, node.database) or {'unfinished': true} %}
    {% set is_ours = not recorded.unfinished and not recorded.made_by %}
    {% set old = sluice.relation_to_adopt(node, target_relation, from) %}
    {% do sluice.check_adoption(node, target_relation, old, recorded, is_ours) %}
    {% set versions = sluice.old_versions(node, old, start_at, end_at, where) %}
    {% set counts = sluice.check_versions(node, old, versions) %}

    {# A target that has run works all rows out anew; one that has not starts over, which drops what stands there. So
       that is noted when its versions are safe, and not before (docs/decisions/0007). #}
    {% set mark = sluice.insert_target_options(
        id, dict(recorded, adopts=true, **({'recount': true} if is_ours else {'unfinished': true})), node.database) %}
    {% set adopted = sluice.adopted_relation(target_relation) %}
    {% set statements = ([mark] if is_ours else []) + ['drop table if exists ' ~ adopted]
        + sluice.create_table_statements(adopted, versions.columns + [
            api.Column('_sluice_sequence', versions.dtype), api.Column('_sluice_operation', sluice.type_text())])
        + [sluice.adopt_statement(adopted, versions)] + ([] if is_ours else [mark]) %}
    {% set events = [
        sluice.update_created('sluice.adopt', 'adopt of ' ~ node.name),
        sluice.flow_event('COMPLETED', {
            'num_input_rows': counts.num_versions, 'num_output_rows': counts.num_versions + counts.num_deletes,
        }, started, [], node, target_relation),
        sluice.update_ended([]),
    ] %}
    {% do statements.extend(sluice.commit_statements(target_relation, [], false, {}, events)) %}
    {% do sluice.run_script(sluice.claimed(statements, target_relation, version), 'operation') %}
    {% if node.database != target.get('database') %}{% do sluice.collect_event_logs([node.database]) %}{% endif %}
    {% do log('sluice: ' ~ counts.num_versions ~ ' versions of ' ~ old ~ ' and ' ~ counts.num_deletes
        ~ ' deletes (where a version ends and none follows at once) are events of ' ~ target_relation
        ~ ' from now on; its next run works them in: dbt build --select ' ~ sluice.selector_of(node), info=true) %}
    {% do return(counts) %}
{% endmacro %}


{% macro adopting_node(dataset) %}
    {# The node that adopt() is asked for. #}
    {% set named = sluice.named_target(dataset) %}
    {% if named.error %}
        {% do exceptions.raise_compiler_error('sluice.adopt error:\n- ' ~ named.error
            ~ "\n- expected: dbt run-operation sluice.adopt --args '{dataset: <name>, from: <schema>.<table>}'") %}
    {% endif %}
    {% do return(named.node) %}
{% endmacro %}


{% macro relation_to_adopt(node, target_relation, name) %}
    {# The relation that a user names (<table>, <schema>.<table> or <database>.<schema>.<table>), by default the target
       itself. #}
    {% if name is none %}
        {% set place = target_relation %}
    {% else %}
        {% set parts = (name | string).split('.') %}
        {% set place = api.Relation.create(
            database=parts[-3] if parts | length > 2 else node.database,
            schema=parts[-2] if parts | length > 1 else node.schema, identifier=parts[-1]) %}
    {% endif %}
    {% set old = adapter.get_relation(place.database, place.schema, place.identifier) %}
    {% if old is none %}
        {% do sluice.raise_errors('sluice.adopt error', [
            place ~ ' is not there; expected the history that is to be adopted: from: <table>, <schema>.<table> or '
            ~ '<database>.<schema>.<table>, by default what stands in the place of ' ~ node.name], node) %}
    {% endif %}
    {% do return(old) %}
{% endmacro %}


{% macro check_adoption(node, target_relation, old, recorded, is_ours) %}
    {# Whether this target can take over this relation, before anybody looks into it. #}
    {% set errors = [] %}
    {% set existing = load_cached_relation(target_relation) %}
    {% set is_itself = sluice.dataset_id(old) == sluice.dataset_id(target_relation) and existing is not none %}
    {% set adopted = sluice.adopted_relation(target_relation) %}
    {% set rename = 'rename it, then name it: from: <the new name>' %}
    {# An empty one was left by a call that did not come to its end. #}
    {% if load_cached_relation(adopted) is not none and (is_ours or recorded.made_by) and not recorded.adopts
        and sluice.query_rows('select 1 as found from ' ~ adopted ~ ' limit 1') %}
        {% do errors.append(node.name ~ ' has adopted a history already, which is part of its rows (' ~ adopted
            ~ '); expected one. Way out, while the feed can be read from its start: drop that table, then '
            ~ "dbt run-operation sluice.rebuild --args '{dataset: " ~ sluice.selector_of(node)
            ~ ", start_over: true}', then adopt again") %}
    {% endif %}
    {% if is_ours and is_itself %}
        {% do errors.append(old ~ ' was made by sluice, so there is nothing to adopt in it; expected another relation: '
            ~ 'from: <schema>.<table>') %}
    {% elif not is_ours and existing is not none and not is_itself %}
        {% do errors.append(existing ~ ' stands in the place of ' ~ node.name ~ ' and was not made by sluice; its next '
            ~ 'run would drop it. Ways out: adopt that one, without from; or ' ~ rename) %}
    {% elif is_itself and node.resource_type == 'snapshot' %}
        {% set names = sluice.snapshot_column_names(node) %}
        {% for name in ('dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to')
            if sluice.find_column(sluice.columns_of(old), names[name]) is none %}
            {% do errors.append(old ~ ' has no column ' ~ names[name] ~ ', which dbt wants of the table of a snapshot; '
                ~ 'way out: ' ~ rename) %}
        {% endfor %}
    {% endif %}
    {% do sluice.raise_errors('sluice.adopt error', errors, node) %}
{% endmacro %}


{% macro old_versions(node, old, start_at, end_at, where) %}
    {# The versions of a relation: {'columns', 'keys', 'dtype' of the interval, 'query': the columns, _sluice_start_at,
       _sluice_end_at, _sluice_next_start_at (of the key's next version)}. Start and end are columns or expressions. #}
    {% set columns = sluice.user_columns(sluice.columns_of(old)) %}
    {% set available = ' (available: ' ~ columns | map(attribute='name') | join(', ') ~ ')' %}
    {% set errors, keys = [], [] %}
    {% set given = node.config.unique_key if node.resource_type == 'snapshot' else node.config.meta['keys'] %}
    {% for key in sluice.listed(given) %}
        {% set column = sluice.find_column(columns, key) %}
        {% if column is none %}
            {% do errors.append(old ~ " has no column '" ~ key ~ "', a key of " ~ node.name ~ available) %}
        {% else %}
            {% do keys.append(column.name) %}
        {% endif %}
    {% endfor %}
    {% set own = sluice.interval_names(node) %}
    {% set start = start_at or sluice.interval_column(columns, [own[0], 'dbt_valid_from', 'valid_from']) %}
    {% set end = end_at or sluice.interval_column(columns, [own[1], 'dbt_valid_to', 'valid_to']) %}
    {% set open_end = node.config.get('dbt_valid_to_current') %}
    {% if end and not end_at and open_end %}{% set end = 'nullif(' ~ end ~ ', ' ~ open_end ~ ')' %}{% endif %}
    {% for option, expression in [('start_at', start), ('end_at', end)] if not expression %}
        {% do errors.append(option ~ ' must be the column, or an SQL expression, of where a version '
            ~ ('begins' if option == 'start_at' else 'ends (null: it holds now)') ~ ', found: none, and none of the '
            ~ 'usual names' ~ available) %}
    {% endfor %}
    {% set deleted = sluice.find_column(columns, sluice.snapshot_column_names(node).dbt_is_deleted) %}
    {% set kept = where or ('lower(coalesce(cast(' ~ sluice.quote(deleted.name) ~ ' as ' ~ sluice.type_text()
        ~ "), '')) <> 'true'" if deleted else 'true') %}
    {% set expressions = {'where': kept} %}
    {% if start %}{% do expressions.update({'start_at': start}) %}{% endif %}
    {% if start and end %}{% do expressions.update({'end_at': 'coalesce(' ~ start ~ '\n, ' ~ end ~ '\n)'}) %}{% endif %}
    {% set found = sluice.checked_expressions(columns, expressions) %}
    {% for option, checked in found.items() %}
        {% if checked.error or (option == 'where' and not checked.boolean) %}
            {% do errors.append(option ~ ' (' ~ expressions[option] ~ '): '
                ~ (checked.error or 'expected a condition, true or false, found: ' ~ checked.dtype) ~ available) %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('sluice.adopt error', errors, node) %}
    {% set window = 'over (partition by ' ~ sluice.identities(columns, keys) | join(', ')
        ~ ' order by _sluice_start_at asc)' %}
    {% set query %}
        select *, lead(_sluice_start_at) {{ window }} as _sluice_next_start_at
        from (
            select
                {{ sluice.quoted(columns | map(attribute='name')) | join(', ') }},
                {{ start }} as _sluice_start_at,
                cast({{ end }} as {{ found.start_at.dtype }}) as _sluice_end_at
            from {{ old }}
            where true and ({{ kept }}
            )
        ) as _sluice_old
    {% endset %}
    {% do return({'columns': columns, 'keys': keys, 'dtype': found.start_at.dtype, 'query': query}) %}
{% endmacro %}


{% macro interval_names(node) %}
    {# How a target calls the columns of its interval. #}
    {% if node.resource_type == 'snapshot' %}
        {% set names = sluice.snapshot_column_names(node) %}
        {% do return([names.dbt_valid_from, names.dbt_valid_to]) %}
    {% endif %}
    {% set given = node.config.get('meta') or {} %}
    {% do return([given.get('start_at') or 'valid_from', given.get('end_at') or 'valid_to']) %}
{% endmacro %}


{% macro interval_column(columns, names) %}
    {# The first of these names that a column has, quoted; none where no column has one. #}
    {% for name in names if sluice.find_column(columns, name) is not none %}
        {% do return(sluice.quote(sluice.find_column(columns, name).name)) %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro check_versions(node, old, versions) %}
    {# {'num_versions', 'num_deletes'}; versions without a place in time, or two at one time, are an error. #}
    {% set wrong = {} %}
    {% for key in versions['keys'] %}
        {% do wrong.update({"key column '" ~ key ~ "' is null": sluice.quote(key) ~ ' is null'}) %}
    {% endfor %}
    {% do wrong.update({
        'start_at is null': '_sluice_start_at is null',
        'end_at is not behind start_at': '_sluice_end_at <= _sluice_start_at',
        'the next version of the key begins before they end': 'coalesce(_sluice_next_start_at < _sluice_end_at, '
            ~ '_sluice_end_at is null and _sluice_next_start_at is not null)',
    }) %}
    {% set query %}
        select
            count(*) as num_versions,
            {%- for condition in wrong.values() %}
            count(*) filter (where {{ condition }}) as wrong_{{ loop.index }},
            {%- endfor %}
            count(*) filter (where {{ sluice.ends_for_good_condition() }}) as num_deletes
        from ({{ versions.query }}) as _sluice_versions
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% set errors = [] %}
    {% for what, condition in wrong.items() %}
        {% set number = found['wrong_' ~ loop.index] | int %}
        {% if number %}
            {% set sample = sluice.query_rows(
                sluice.sample_rows('(' ~ versions.query ~ ') as _sluice_versions', condition, 1))[0] %}
            {% do errors.append(what ~ ': ' ~ number ~ ' of ' ~ found.num_versions ~ ' rows of ' ~ old
                ~ ', for example ' ~ sample.values() | first) %}
        {% endif %}
    {% endfor %}
    {% if not found.num_versions %}{% do errors.append(old ~ ' has no row to adopt') %}{% endif %}
    {% if errors %}
        {% do errors.append('expected versions of which each begins, and ends before the next of its key begins. Ways '
            ~ 'out: leave rows out: where: <condition>; or say what the interval is: start_at, end_at: <column or '
            ~ "expression> (nullif(valid_to, timestamp '9999-12-31') where that date means that a version holds)") %}
    {% endif %}
    {% do sluice.raise_errors('sluice.adopt error', errors, node) %}
    {% do return({'num_versions': found.num_versions | int, 'num_deletes': found.num_deletes | int}) %}
{% endmacro %}


{% macro ends_for_good_condition() %}
    {# True for a version that ends, and that no other one of its key follows at once: there the key was deleted. #}
    {% do return('_sluice_end_at is not null and coalesce(_sluice_next_start_at > _sluice_end_at, true)') %}
{% endmacro %}


{% macro adopt_statement(adopted, versions) %}
    {# The statement that keeps old versions as events: whole rows for upserts, the keys alone for deletes. #}
    {% set names = sluice.quoted(versions.columns | map(attribute='name')) %}
    {% set keys = sluice.quoted(versions['keys']) %}
    insert into {{ adopted }} ({{ names | join(', ') }}, _sluice_sequence, _sluice_operation)
    with _sluice_versions as (
        {{ versions.query }}
    )

    select {{ names | join(', ') }}, _sluice_start_at, 'UPSERT'
    from _sluice_versions
    union all
    select
        {%- for name in names %}
        {{ name if name in keys else 'null' }},
        {%- endfor %}
        _sluice_end_at,
        'DELETE'
    from _sluice_versions
    where {{ sluice.ends_for_good_condition() }}
{% endmacro %}
