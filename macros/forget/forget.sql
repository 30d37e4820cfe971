{# PUBLIC: forget #}

{% macro forget(source=none, where=none, keys=none, dry_run=false, rewrite=false) %}
    {# The rows of these keys go from every table of ours that has them, in one script. Which rows those are is worked
       out from the source on: each reader's query over the rows that are to go says which keys it has of them. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% do sluice.check_arguments('forget', kwargs, ['source', 'where', 'keys', 'dry_run', 'rewrite']) %}
    {% set started = modules.datetime.datetime.now() %}
    {% set seed = sluice.forget_source(source, where, keys, dry_run, rewrite) %}
    {% do sluice.create_state(seed.database) %}
    {% do sluice.drop_staged_tables_of(seed.database) %}
    {% set versions = sluice.planned_versions(seed.database) %}
    {% set scope = sluice.forget_scope(seed, keys) %}
    {% set plans = sluice.forget_plans(scope, where) %}
    {% set found = sluice.forget_counts(plans, scope) %}
    {% do sluice.tell_forgotten(found, scope, dry_run) %}
    {% set staged, values = plans | map(attribute='staged') | list, none %}
    {% if dry_run or not found['keys'] + found.total %}
        {% do sluice.drop_staged(staged) %}
        {% do return(found) %}
    {% endif %}
    {% if sluice.has_messages(seed.database) %}
        {% set values = sluice.stage_table('values', sluice.forgotten_values(plans), plans[0].relation) %}
        {% do staged.append(values) %}
    {% endif %}
    {% set events = [
        sluice.update_created('sluice.forget', 'sluice.forget of ' ~ seed.name),
        sluice.flow_event('COMPLETED', {'num_deleted_rows': found.total}, started, [], seed, sluice.relation_of(seed)),
        sluice.forget_event(seed, found),
        sluice.update_ended([]),
    ] %}
    {% set claims = [] %}
    {% for plan in plans %}
        {% do claims.extend(sluice.claim_statements(plan.relation, versions[plan.node.unique_id])) %}
    {% endfor %}
    {% do sluice.run_script(
        claims + sluice.forget_statements(plans, values)
        + sluice.commit_statements(sluice.relation_of(seed), [], false, {}, events)
        + sluice.drop_statements(staged),
        'operation') %}
    {% do adapter.cache_added(sluice.forgotten_relation(seed.database)) %}
    {% if seed.database != target.get('database') %}{% do sluice.collect_event_logs([seed.database]) %}{% endif %}
    {% do sluice.tell_what_is_left(found, rewrite, seed.database) %}
    {% do return(found) %}
{% endmacro %}


{% macro forget_source(source, where, keys, dry_run, rewrite) %}
    {# The node that forget() is asked for; what it is asked with is checked here. #}
    {% set nodes, errors = [], [] %}
    {% for node in graph.nodes.values() if sluice.is_streaming_table(node) or sluice.is_target(node) %}
        {% do nodes.append(node) %}
    {% endfor %}
    {% set named = sluice.named_node(source, nodes, 'a streaming_table, an apply_changes model or snapshot') %}
    {% if named.error %}{% do errors.append(named.error | replace('dataset must', 'source must', 1)) %}{% endif %}
    {% if where is not string or not where | trim %}
        {% do errors.append('where must be an SQL condition on the columns of the source, found: ' ~ tojson(where)) %}
    {% endif %}
    {% for name, lists in (keys.items() if keys is mapping else {'keys': keys}.items()) if keys is not none %}
        {% set listed = sluice.listed(lists) %}
        {% if not listed or lists is mapping or listed | reject('string') | list %}
            {% do errors.append('keys must be a list of columns, or of lists by model such as {' ~ (source or 'orders')
                ~ ': [id]}, found: ' ~ tojson(keys)) %}
        {% endif %}
    {% endfor %}
    {% for name, value in {'dry_run': dry_run, 'rewrite': rewrite}.items() if value is not boolean %}
        {% do errors.append(name ~ ' must be true or false, found: ' ~ tojson(value)) %}
    {% endfor %}
    {% if errors %}
        {% do errors.append('expected: dbt run-operation sluice.forget '
            ~ "--args '{source: <name>, where: \"id = 42\"}'") %}
        {% do exceptions.raise_compiler_error('sluice.forget error:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
    {% do return(named.node) %}
{% endmacro %}


{% macro drop_staged_tables_of(database) %}
    {# What an operation or a run that was cut off left staged may have rows of the keys. #}
    {% set left = [] %}
    {% for name in sluice.staged_tables_left(sluice.state_relation('event_log', database)) %}
        {% do left.append(sluice.state_relation(name, database)) %}
    {% endfor %}
    {% do sluice.drop_staged(left) %}
{% endmacro %}


{% macro forget_event(seed, found) %}
    {# What the event log keeps of it: how many, never which. #}
    {% do return({
        'level': 'INFO', 'event_type': 'user_action', 'dataset': seed.name,
        'message': seed.name ~ ': ' ~ sluice.counted(found['keys'], 'key was', 'keys were') ~ ' forgotten, with '
            ~ sluice.counted(found.total, 'row', 'rows'),
        'details': {'unique_id': seed.unique_id, 'forget': {'keys': found['keys'], 'rows': found.rows}},
    }) %}
{% endmacro %}


{% macro tell_forgotten(found, scope, dry_run) %}
    {# What goes, table by table. #}
    {% if not found['keys'] + found.total %}
        {% do log('sluice: no row of ' ~ scope.seed.name ~ ' is meant by where, nothing to forget', info=true) %}
        {% do return(none) %}
    {% endif %}
    {% set verb = 'would be forgotten' if dry_run else 'are forgotten' %}
    {% do log('sluice: ' ~ sluice.counted(found['keys'], 'key', 'keys') ~ ' of ' ~ scope.seed.name ~ ' '
        ~ (verb | replace('are', 'is') if found['keys'] == 1 else verb) ~ ', with '
        ~ sluice.counted(found.total, 'row', 'rows'), info=true) %}
    {% for table, count in found.rows.items() if count %}
        {% do log('sluice:   ' ~ table ~ ': ' ~ sluice.counted(count, 'row', 'rows'), info=true) %}
    {% endfor %}
    {% for file in found.files %}
        {% do log('sluice: still in a file: ' ~ file ~ ' (not touched; delete or rewrite it, and its copies)',
            info=true) %}
    {% endfor %}
    {% for text in found.unknown_files %}{% do log('sluice: ' ~ text, info=true) %}{% endfor %}
    {% for node in scope.nodes if node.unique_id in scope.roots and sluice.is_target(node)
        and not sluice.knows_files(sluice.dataset_id(sluice.relation_of(node)), node.database) %}
        {% do log('sluice: ' ~ node.name ~ ' reads no stream, so what it reads brings the keys back unless they are '
            ~ 'erased there, too', info=true) %}
    {% endfor %}
    {% for reader in found.later %}
        {% do log('sluice: ' ~ reader.name ~ ' is worked out anew at its next run, for ' ~ reader.why ~ ': dbt build '
            ~ '--select ' ~ reader.name, info=true) %}
    {% endfor %}
    {% if found.rebuild %}
        {% do log('sluice: not made by sluice, so still to be rebuilt: dbt build --full-refresh --select '
            ~ found.rebuild | join(' '), info=true) %}
    {% endif %}
    {% for name in found.snapshots %}
        {% do log('sluice: ' ~ name ~ ' is a snapshot of dbt, which nothing rebuilds: delete its rows by hand',
            info=true) %}
    {% endfor %}
{% endmacro %}


{% macro tell_what_is_left(found, rewrite, database) %}
    {# What the database may still hold when the rows are gone. #}
    {% set notice = sluice.free_space_notice(database) %}
    {% if notice and (found.total or rewrite) %}{% do log('sluice: ' ~ notice, info=true) %}{% endif %}
{% endmacro %}


{% macro free_space_notice(database) %}
    {# What the engine's files may still hold of rows that were deleted, and the way out; none where that is nothing. #}
    {% do return(adapter.dispatch('free_space_notice', 'sluice')(database)) %}
{% endmacro %}

{% macro default__free_space_notice(database) %}
    {# Engines of which it is not known. #}
    {% do return('older files, versions or snapshots of the tables may still hold the rows; remove them as '
        ~ adapter.type() ~ ' says') %}
{% endmacro %}


{% macro counted(number, one, many) %}
    {# A number with its word. #}
    {% do return(number ~ ' ' ~ (one if number == 1 else many)) %}
{% endmacro %}
