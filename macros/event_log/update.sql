{% macro is_update() %}
    {# Commands that only look compile hooks like models, without running them. #}
    {% do return(execute and flags.WHICH not in ('compile', 'generate', 'show', 'list', 'lint')) %}
{% endmacro %}


{% macro begin_update(moment) %}
    {# Each commit is for hooks after this one: one that fails would take the log back. And a transaction of DuckDB
       writes to one database only. #}
    {% set found = namespace(state=none) %}
    {% for database in sluice.state_databases() | reverse %}
        {% set found.state = sluice.create_state(database) %}
        {% do adapter.commit() %}
    {% endfor %}
    {% do sluice.close_abandoned_updates() %}
    {% set created = sluice.update_created(
        flags.WHICH, 'dbt ' ~ flags.WHICH, flags.FULL_REFRESH or false, moment, found.state) %}
    {% do sluice.log_events([created] + sluice.flow_definitions()) %}
    {% do adapter.commit() %}
{% endmacro %}


{% macro ensure_update_began(results) %}
    {# dbt leaves out the hooks after one that failed, and the project's own come before ours. #}
    {% set hooks = [] %}
    {% for result in results if result.node.resource_type == 'operation' %}{% do hooks.append(result) %}{% endfor %}
    {% if hooks or not results %}
        {% do sluice.create_state() %}
        {% if not sluice.query_rows(
            'select update_id from ' ~ sluice.state_relation('updates')
            ~ ' where update_id = ' ~ sluice.literal(invocation_id)
        ) %}
            {% do sluice.begin_update(run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f')) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro close_abandoned_updates() %}
    {# Where only one process can write, an update without an end was killed. Elsewhere another may be running beside
       this one, and an open end proves nothing. #}
    {% set running = sluice.query_rows(
        'select update_id from ' ~ sluice.state_relation('updates') ~ " where status = 'RUNNING'") %}
    {% if not running or not sluice.is_single_writer() %}{% do return(none) %}{% endif %}
    {% set events = [] %}
    {% for row in running %}
        {% do events.append({
            'update_id': row.update_id, 'level': 'ERROR', 'event_type': 'update_progress', 'dataset': none,
            'message': 'Update ' ~ row.update_id
                ~ ' FAILED: it ended without a word: killed, stopped by an error in a hook, or unable to write (a full '
                ~ 'disk). Tables that were done stand, the rest was rolled back; this update goes on from there.',
            'details': {'update_progress': {'state': 'FAILED', 'abandoned': true}},
        }) %}
    {% endfor %}
    {% do sluice.log_events(events) %}
{% endmacro %}


{% macro is_single_writer() %}
    {# Whether the engine lets one process write at a time. #}
    {% do return(adapter.dispatch('is_single_writer', 'sluice')()) %}
{% endmacro %}

{% macro default__is_single_writer() %}
    {# The careful answer. #}
    {% do return(false) %}
{% endmacro %}


{% macro flow_definitions() %}
    {# Lineage: an event for each selected flow. #}
    {% set events = [] %}
    {% for id in selected_resources if id in graph.nodes %}
        {% set node = graph.nodes[id] %}
        {% if node.resource_type in ('model', 'snapshot', 'seed') and node.config.materialized != 'ephemeral' %}
            {% set inputs = sluice.input_datasets(node) | unique | list %}
            {% do events.append({
                'level': 'INFO',
                'event_type': 'flow_definition',
                'dataset': node.name,
                'message': node.name ~ ' reads ' ~ (inputs | join(', ') or 'no dataset') ~ '.',
                'details': {
                    'unique_id': node.unique_id,
                    'relation': node.relation_name,
                    'flow_definition': {
                        'output_dataset': node.name,
                        'input_datasets': inputs,
                        'materialized': node.config.materialized,
                    },
                },
            }) %}
        {% endif %}
    {% endfor %}
    {% do return(events) %}
{% endmacro %}


{% macro input_datasets(node) %}
    {# What a node reads: names of datasets, and source.table of sources. An ephemeral model is what it reads. #}
    {% set inputs = [] %}
    {% for id in node.depends_on.nodes %}
        {% set source = graph.sources.get(id) %}
        {% set input = graph.nodes.get(id) %}
        {% if source %}
            {% do inputs.append(source.source_name ~ '.' ~ source.name) %}
        {% elif input and input.config.materialized == 'ephemeral' %}
            {% do inputs.extend(sluice.input_datasets(input)) %}
        {% elif input %}
            {% do inputs.append(input.name) %}
        {% endif %}
    {% endfor %}
    {% do return(inputs) %}
{% endmacro %}


{% macro failed_nodes(results) %}
    {# The names of what makes this run a failed one for dbt, too. #}
    {% set failed = [] %}
    {% for result in results if sluice.result_level(result) == 'ERROR' %}
        {% do failed.append(result.node.name) %}
    {% endfor %}
    {% set selected = [] %}
    {% for id in selected_resources %}
        {% set config = graph.nodes.get(id, {}).get('config', {}) %}
        {% if config.get('materialized') != 'ephemeral' %}{% do selected.append(id) %}{% endif %}
    {% endfor %}
    {% if selected and not results %}
        {# With skip_nodes_if_on_run_start_fails dbt leaves out all nodes, and tells the next hook nothing of it. #}
        {% do failed.append('on-run-start') %}
    {% endif %}
    {% do return(failed) %}
{% endmacro %}


{% macro result_events(result) %}
    {# One event of a flow; one of anything else that failed or warned; none of the rest. #}
    {% set node = result.node %}
    {% set level = sluice.result_level(result) %}
    {% set status = result.status | string %}
    {% set details = {'unique_id': node.unique_id} %}
    {% if node.resource_type in ('model', 'snapshot', 'seed') and node.config.materialized != 'ephemeral' %}
        {% set event_type = 'flow_progress' %}
        {% set dataset = node.name %}
        {% set statuses = {
            'success': 'COMPLETED', 'warn': 'COMPLETED', 'error': 'FAILED', 'partial success': 'FAILED',
        } %}
        {% set status = statuses.get(status, status | upper) %}
        {% do details.update({
            'relation': node.relation_name,
            'flow_progress': {'status': status, 'seconds': result.execution_time},
        }) %}
    {% elif level == 'INFO' %}
        {% do return([]) %}
    {% else %}
        {% set event_types = {'operation': 'hook_progress', 'source': 'source_progress'} %}
        {% set event_type = event_types.get(node.resource_type | string, 'test_progress') %}
        {% set tested = node.attached_node or node.tested_node_unique_id %}
        {% set dataset = graph.nodes[tested].name if tested in graph.nodes else none %}
        {% if node.resource_type == 'source' %}{% set dataset = node.source_name ~ '.' ~ node.name %}{% endif %}
        {% set status = 'FAILED' if level == 'ERROR' else 'WARN' %}
        {% do details.update({event_type: {'name': node.name, 'status': status, 'failures': result.failures}}) %}
    {% endif %}
    {% set told = ': ' ~ result.message if level != 'INFO' and result.message else '' %}
    {% do return([{
        'level': level, 'event_type': event_type, 'dataset': dataset,
        'message': node.name ~ ' ' ~ status ~ told, 'details': details,
    }]) %}
{% endmacro %}


{% macro result_level(result) %}
    {# ERROR, WARN or INFO: what dbt's status of a node is worth. #}
    {% set status = result.status | string %}
    {% if status in ('error', 'fail', 'runtime error', 'partial success') %}{% do return('ERROR') %}{% endif %}
    {# For dbt v2 a flow that said a warning is one; it is an event of its own. #}
    {% set warns = status == 'warn' and result.node.resource_type not in ('model', 'snapshot', 'seed') %}
    {% do return('WARN' if warns else 'INFO') %}
{% endmacro %}


{% macro collect_event_logs(databases=none) %}
    {# Models in other databases logged beside their rows, in their transaction; here the log is brought together,
       with what earlier updates that were killed left there. #}
    {% set event_log = sluice.state_relation('event_log') %}
    {% for database in (databases if databases is not none else sluice.state_databases()) if database is not none %}
        {% set statement %}
            insert into {{ event_log }}
            select *
            from {{ sluice.state_relation('event_log', database) }}
            where id not in (select id from {{ event_log }})
                and (
                    update_id = {{ sluice.literal(invocation_id) }}
                    or update_id in (select update_id from {{ sluice.state_relation('updates') }})
                )
        {% endset %}
        {% do sluice.run_statement(statement) %}
    {% endfor %}
{% endmacro %}


{% macro apply_retention() %}
    {# Whole updates, so that the views never show half of one; an open one is kept however old it is. Where the update
       before this one is itself too old, nothing: either there was a long pause, or the clock jumped ahead, which would
       take the whole log. The next update can tell. #}
    {% set days = sluice.event_log_retention_days() %}
    {% if days is none %}{% do return(none) %}{% endif %}
    {% set cut = modules.datetime.datetime.now(modules.pytz.utc) - modules.datetime.timedelta(days=days) %}
    {% set cut = sluice.timestamp_expression(cut.strftime('%Y-%m-%d %H:%M:%S.%f')) %}
    {% set updates = sluice.state_relation('updates') %}
    {% set recent %}
        select count(*) as num_updates
        from (
            select started_at
            from {{ updates }}
            where update_id <> {{ sluice.literal(invocation_id) }}
            order by coalesce(number, 0) desc, started_at desc
            limit 1
        ) as _sluice_before
        where started_at >= {{ cut }}
    {% endset %}
    {% if not sluice.query_rows(recent)[0].num_updates | int %}{% do return(none) %}{% endif %}
    {% set forgotten %}
        select update_id
        from {{ updates }}
        where status <> 'RUNNING' and finished_at < {{ cut }}
    {% endset %}
    {# The target's own log, which names the updates to forget, comes last. #}
    {% for database in sluice.state_databases() | reverse %}
        {% set event_log = sluice.state_relation('event_log', database) %}
        {% do sluice.run_statement('delete from ' ~ event_log ~ ' where update_id in (' ~ forgotten ~ ')') %}
        {% do adapter.commit() %}
    {% endfor %}
{% endmacro %}


{% macro event_log_retention_days() %}
    {# For how many days updates are kept (the variable of this name), or none for ever. #}
    {% set days = var('event_log_retention_days', none) %}
    {% if days is none %}{% do return(none) %}{% endif %}
    {% if days is boolean or not modules.re.match('[0-9]{1,5}$', days | string) or days | int == 0 %}
        {% do exceptions.raise_compiler_error(
            'sluice: the variable event_log_retention_days must be a whole number of days from 1 to 99999, or null '
            ~ 'to keep all events; it is ' ~ tojson(days) ~ '. Set it in dbt_project.yml: '
            ~ 'vars: {sluice: {event_log_retention_days: 90}}'
        ) %}
    {% endif %}
    {% do return(days | int) %}
{% endmacro %}
