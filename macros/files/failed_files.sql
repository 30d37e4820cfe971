{% macro find_reasons(plans, answers) %}
    {# Python that writes why files cannot be read, in the engine's words, to the table `answers` (path, reason). #}
    {% do return(adapter.dispatch('find_reasons', 'sluice')(plans, answers)) %}
{% endmacro %}


{% macro reasons_relation() %}
    {# Not a temporary table: those are seen by one connection only. #}
    {% do return(sluice.state_relation(this.identifier ~ '__reasons', this.database)) %}
{% endmacro %}


{% macro note_reasons(plans, answers) %}
    {# Takes over what find_reasons() found: {path: reason} in each plan. #}
    {% set found = {} %}
    {% for row in sluice.rows('select path, reason from ' ~ answers) %}{% do found.update({row.path: row.reason}) %}{% endfor %}
    {% for plan in plans %}{% do plan.update({'reasons': found}) %}{% endfor %}
    {% do sluice.drop_temp([answers]) %}
{% endmacro %}


{% macro unreadable(plan, path) %}
    {# Why a file has the status FAILED. #}
    {% set packing = {'.gz': 'gzip', '.zst': 'zstd'}.get('.' ~ path.lower().rpartition('.')[2]) %}
    {% do return('cannot be read to its end as ' ~ plan.options.format ~ (' packed with ' ~ packing if packing else '') ~ ': '
        ~ plan.reasons.get(path, 'no reason was found')) %}
{% endmacro %}


{% macro insert_failed_files(ledger, id, plan) %}
    insert into {{ ledger }} (dataset, path, status, error, source, relation, update_id, recorded_at)
    values
    {% for path in plan.failed -%}
    (
        {{ sluice.literals([model.name, path, 'FAILED', sluice.unreadable(plan, path), plan.source, id, invocation_id]) | join(', ') }},
        cast({{ sluice.literal(sluice.utc_now()) }} as {{ dbt.type_timestamp() }})
    ){{ ',' if not loop.last }}
    {% endfor %}
{% endmacro %}


{% macro warn_failed_files(plan) %}
    {% set message = model.name ~ ': ' ~ plan.failed | length ~ ' of ' ~ (plan.failed + plan.files) | length ~ ' new files of source '
        ~ plan.source ~ ' cannot be read and were left out: ' ~ plan.failed[:5] | join(', ') ~ (', ...' if plan.failed | length > 5 else '')
        ~ ' (' ~ sluice.unreadable(plan, plan.failed[0]) ~ '). They are FAILED in the files table of the event log, '
        ~ 'and each run tries them again until they are repaired or removed.' %}
    {% do exceptions.warn(message) %}
    {% do sluice.log_events([{
        'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
        'details': {'unique_id': model.unique_id, 'relation': this | string, 'failed_files': plan.failed},
    }], this.database) %}
{% endmacro %}
