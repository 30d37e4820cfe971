{% macro files_to_clean(plans) %}
    {# What clean_source lets go of: [{path, size, modified_at, moved_to}], ingested longer ago than
       clean_source_after; size and time are those of the file that was read. Where nothing can move files they stay
       where they are, known to the ledger, until something can. #}
    {% set due = [] %}
    {% for plan in plans if plan.options.clean_source != 'off' %}
        {% set number, _, unit = plan.options.clean_source_after.partition(' ') %}
        {% set seconds = number | int
            * {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800}[unit.rstrip('s')] %}
        {% set before = modules.datetime.datetime.now(modules.pytz.utc).replace(tzinfo=none)
            - modules.datetime.timedelta(seconds=seconds) %}
        {% set root = sluice.location_root(plan.options.location) %}
        {# Of a file that was read several times, the last reading counts. #}
        {% set path = sluice.path_expression('path') %}
        {% set query %}
            select path, size, cast(modified_at as {{ dbt.type_string() }}) as modified_text
            from (
                select
                    path,
                    size,
                    modified_at,
                    recorded_at,
                    row_number() over (partition by {{ path }} order by recorded_at desc) as _sluice_reading
                from {{ sluice.state_relation('files', this.database) }}
                where relation = {{ sluice.literal(sluice.dataset_id(this)) }}
                    and source = {{ sluice.literal(plan.source) }}
                    and status = 'INGESTED'
                    and cleaned_at is null
            ) as _sluice_readings
            where _sluice_reading = 1 and recorded_at <= {{ sluice.timestamp_expression(before) }}
            order by {{ path }} asc
        {% endset %}
        {% for row in sluice.query_rows(query) %}
            {% do due.append({
                'path': row.path,
                'size': row.size,
                'modified_at': row.modified_text,
                'moved_to': plan.options.move_to.rstrip('/') ~ '/' ~ sluice.path_below(row.path, root).lstrip('/')
                    if plan.options.clean_source == 'move' else none,
            }) %}
        {% endfor %}
    {% endfor %}
    {% if sluice.runs_python() or not due %}{% do return(due) %}{% endif %}
    {% do exceptions.warn(
        model.name ~ ': clean_source would take ' ~ due | length ~ ' files away, for example ' ~ due[0].path
        ~ ', and dbt ' ~ dbt_version ~ ' can move none: they stay there and are not read again; way out: a run of dbt '
        ~ '1.11 or 1.12, or remove them by hand'
    ) %}
    {% do return([]) %}
{% endmacro %}


{% macro clean_files(due) %}
    {# Python that moves or deletes files and notes it in the ledger, where the engine has it. #}
    {% do return(adapter.dispatch('clean_files', 'sluice')(due)) %}
{% endmacro %}
