{% macro files_to_clean(plans) %}
    {# What clean_source lets go of: [{path, moved_to}], ingested longer ago than clean_source_after. #}
    {% set due = [] %}
    {% for plan in plans if plan.options.clean_source != 'off' %}
        {% set number, _, unit = plan.options.clean_source_after.partition(' ') %}
        {% set seconds = number | int
            * {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800}[unit.rstrip('s')] %}
        {% set before = modules.datetime.datetime.now(modules.pytz.utc).replace(tzinfo=none)
            - modules.datetime.timedelta(seconds=seconds) %}
        {% set root = sluice.location_root(plan.options.location) %}
        {% set query %}
            select distinct path
            from {{ sluice.state_relation('files', this.database) }}
            where relation = {{ sluice.literal(sluice.dataset_id(this)) }}
                and source = {{ sluice.literal(plan.source) }}
                and status = 'INGESTED'
                and cleaned_at is null
                and recorded_at <= {{ sluice.timestamp_expression(before) }}
            order by path asc
        {% endset %}
        {% for row in sluice.query_rows(query) %}
            {% do due.append({
                'path': row.path,
                'moved_to': plan.options.move_to.rstrip('/') ~ '/' ~ row.path[root | length:].lstrip('/')
                    if plan.options.clean_source == 'move' else none,
            }) %}
        {% endfor %}
    {% endfor %}
    {% do return(due) %}
{% endmacro %}


{% macro clean_files(due) %}
    {# Python that moves or deletes files and notes it in the ledger, where the engine has it. #}
    {% do return(adapter.dispatch('clean_files', 'sluice')(due)) %}
{% endmacro %}
