{% macro log_events(events, database=none) %}
    {# Appends events at once, for what is no part of a node's own script. #}
    {% if events %}{% do sluice.run_statement(sluice.insert_events(events, database)) %}{% endif %}
{% endmacro %}


{% macro insert_events(events, database=none) %}
    {# The statement that appends events: {level, event_type, dataset, message, details}, of this update and moment
       unless they say otherwise (update_id, timestamp). An id is made of all that tells events apart, and of where in
       the list they stand. An event may name a table (count_of), whose rows are counted for it: _sluice_count. #}
    {% set names = ['id', 'update_id', 'timestamp', 'level', 'event_type', 'dataset', 'message', 'details'] %}
    {% set counted = events | map(attribute='count_of') | select | list %}
    {% set rows %}
    values
    {%- for event in events %}
    {%- set details, now = tojson(event.details), sluice.utc_now() %}
    {%- set identity = [invocation_id, now, loop.index, event.dataset, event.message, details] %}
        (
            {{ sluice.literal(local_md5(identity | join('|'))) }},
            {{ sluice.literal(event.update_id or invocation_id) }},
            {{ sluice.timestamp_expression(event.timestamp or now) }},
            {{ sluice.literal(event.level) }},
            {{ sluice.literal(event.event_type) }},
            {{ sluice.literal(event.dataset) }},
            {{ sluice.literal(event.message) }},
            {{ sluice.literal(details | replace('"_sluice_count"', '_sluice_count') if event.count_of else details) }}
        ){{ ',' if not loop.last }}
    {%- endfor %}
    {% endset %}
    {% do return(sluice.insert_into(sluice.state_relation('event_log', database), names,
        sluice.counted_events(names, rows, counted[0]) if counted else rows)) %}
{% endmacro %}


{% macro counted_events(names, rows, relation) %}
    {# The rows of events in which _sluice_count is the number of rows of a table. #}
    select
        {%- for name in names[:-2] %}
        {{ name }},
        {%- endfor %}
        {%- for name in names[-2:] %}
        replace({{ name }}, '_sluice_count', (
            select cast(count(*) as {{ dbt.type_string() }}) from {{ relation }}
        )) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {{ rows }}
    ) as _sluice_events ({{ names | join(', ') }})
{% endmacro %}


{% macro commit_statements(relation, ranges, starts_over, records, events) %}
    {# All that a node records, for the end of its script: how far it has come (ranges), {dataset id: options} that its
       state is made with from now on, and events. What comes before it in the script must bear being done again. #}
    {% set statements = [] %}
    {% for id, options in records.items() %}
        {% do statements.append(sluice.insert_target_options(id, options, relation.database)) %}
    {% endfor %}
    {% do statements.extend(sluice.checkpoint_statements(ranges, starts_over, relation)) %}
    {% if events %}{% do statements.append(sluice.insert_events(events, relation.database)) %}{% endif %}
    {% do return(statements) %}
{% endmacro %}


{% macro flow_event(status, metrics, started, expectations=[], node=none, relation=none) %}
    {# The event of what a flow did, with its counts: by default the model that runs. #}
    {% set node = node or model %}
    {% set relation = relation or this %}
    {% set seconds = sluice.seconds_since(started) %}
    {% set parts = [] %}
    {% for name, count in metrics.items() if count %}
        {% do parts.append(count ~ ' ' ~ name | replace('num_', '') | replace('_', ' ')) %}
    {% endfor %}
    {% do return({
        'level': 'METRICS',
        'event_type': 'flow_progress',
        'dataset': node.name,
        'message': node.name ~ ' ' ~ status ~ ': ' ~ (parts | join(', ') or 'nothing new'),
        'details': {
            'unique_id': node.unique_id,
            'relation': relation | string,
            'flow_progress': {
                'status': status,
                'seconds': seconds,
                'metrics': metrics,
                'data_quality': {
                    'dropped_records': metrics.get('num_dropped_rows', 0),
                    'expectations': expectations,
                },
            },
        },
    }) %}
{% endmacro %}


{% macro update_created(command, started_by, full_refresh=false, moment=none, found={}) %}
    {# The event that begins an update. Updates are numbered, for a clock that is set back would put them in another
       order. `found`: what create_state() told, if this update asked it. #}
    {% set last = found if found.number else sluice.last_update() %}
    {% do return({
        'timestamp': moment,
        'level': 'INFO',
        'event_type': 'create_update',
        'dataset': none,
        'message': 'Update ' ~ invocation_id ~ ' started by ' ~ started_by ~ '.',
        'details': {'create_update': {
            'number': (last.number or 0) | int + 1,
            'command': command,
            'full_refresh': full_refresh,
            'target': target.name,
            'dbt_version': dbt_version,
            'state': found.state or last.state,
        }},
    }) %}
{% endmacro %}


{% macro update_ended(failed) %}
    {# The event that ends an update: FAILED where anything failed, else COMPLETED. #}
    {% set state = 'FAILED' if failed else 'COMPLETED' %}
    {% do return({
        'level': 'ERROR' if failed else 'INFO',
        'event_type': 'update_progress',
        'dataset': none,
        'message': 'Update ' ~ invocation_id ~ ' ' ~ state ~ (': ' ~ failed | join(', ') if failed else ''),
        'details': {'update_progress': {'state': state, 'failed': failed}},
    }) %}
{% endmacro %}
