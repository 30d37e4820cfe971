{% macro find_read_errors(plans, answers) %}
    {# Python that writes why files cannot be read, in the engine's words, to the table `answers` (path, reason). #}
    {% do return(adapter.dispatch('find_read_errors', 'sluice')(plans, answers)) %}
{% endmacro %}


{% macro told_read_errors(plans) %}
    {# Why files cannot be read, {path: reason}, as far as SQL can tell: see find_read_errors(). #}
    {% if not plans | selectattr('failed') | list %}{% do return({}) %}{% endif %}
    {% do return(adapter.dispatch('told_read_errors', 'sluice')(plans)) %}
{% endmacro %}

{% macro default__told_read_errors(plans) %}
    {# Python tells. #}
    {% do return({}) %}
{% endmacro %}


{% macro read_errors_relation() %}
    {# Not a temporary table: those are seen by one connection only. #}
    {% do return(sluice.state_relation(this.identifier ~ '__reasons', this.database)) %}
{% endmacro %}


{% macro take_read_errors() %}
    {# What find_read_errors() found, {path: reason}; its table is dropped. #}
    {% set answers = sluice.read_errors_relation() %}
    {% set found = {} %}
    {% for row in sluice.query_rows('select path, reason from ' ~ answers) %}
        {% do found.update({row.path: row.reason}) %}
    {% endfor %}
    {% do sluice.drop_staged([answers]) %}
    {% do return(found) %}
{% endmacro %}


{% macro read_error(plan, path, read_errors) %}
    {# Why a file has the status FAILED. #}
    {% set packing = {'.gz': 'gzip', '.zst': 'zstd'}.get('.' ~ path.lower().rpartition('.')[2]) %}
    {% do return('cannot be read to its end as ' ~ plan.options.format
        ~ (' packed with ' ~ packing if packing else '') ~ ': ' ~ read_errors.get(path, sluice.no_read_error())) %}
{% endmacro %}


{% macro no_read_error() %}
    {# Where no reason is known. #}
    {% do return('no reason was found' if sluice.runs_python()
        else 'dbt ' ~ dbt_version ~ ' does not tell why, dbt 1.11 does') %}
{% endmacro %}


{% macro insert_failed_files(ledger, id, plan, read_errors) %}
    {# The statement that puts the failed files of a plan into the ledger. #}
    {% set rows %}
    values
    {%- for path in plan.failed %}
    (
        {{ sluice.literal(model.name) }},
        {{ sluice.literal(path) }},
        'FAILED',
        {{ sluice.literal(sluice.read_error(plan, path, read_errors)) }},
        {{ sluice.literal(plan.source) }},
        {{ sluice.literal(id) }},
        {{ sluice.literal(invocation_id) }},
        {{ sluice.timestamp_expression() }}
    ){{ ',' if not loop.last }}
    {%- endfor %}
    {% endset %}
    {% do return(sluice.insert_into(
        ledger, ['dataset', 'path', 'status', 'error', 'source', 'relation', 'update_id', 'recorded_at'], rows)) %}
{% endmacro %}


{% macro failed_files_events(plans, read_errors) %}
    {# The events about files that cannot be read, one a plan, which are said on the screen too. #}
    {% set events = [] %}
    {% for plan in plans if plan.failed %}
        {% set message = sluice.failed_files_message(plan, read_errors) %}
        {% do exceptions.warn(message) %}
        {% do events.append({
            'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
            'details': {'unique_id': model.unique_id, 'relation': this | string, 'failed_files': plan.failed},
        }) %}
    {% endfor %}
    {% do return(events) %}
{% endmacro %}


{% macro failed_files_message(plan, read_errors) %}
    {# How many files of a plan cannot be read, and why the first cannot. #}
    {% do return(model.name ~ ': ' ~ plan.failed | length ~ ' of ' ~ (plan.failed + plan.files) | length
        ~ ' new files of source ' ~ plan.source ~ ' cannot be read and were left out: ' ~ plan.failed[:5] | join(', ')
        ~ (', ...' if plan.failed | length > 5 else '') ~ ' (' ~ sluice.read_error(plan, plan.failed[0], read_errors)
        ~ '). They are FAILED in the files table of the event log, and each run tries them again until '
        ~ 'they are repaired or removed.') %}
{% endmacro %}
