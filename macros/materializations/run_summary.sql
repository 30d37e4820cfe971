{% macro tell_summary() %}
    {# Says at the end of a run what somebody should look at, each with the command that shows it; nothing where there
       is nothing. From the events of this run, which are in the log by now. #}
    {% if not sluice.tells_summary() %}{% do return(none) %}{% endif %}
    {% set query %}
        select dataset, cast(details as {{ dbt.type_string() }}) as details
        from {{ sluice.state_relation('event_log') }}
        where update_id = {{ sluice.literal(invocation_id) }}
            and event_type = 'flow_progress'
            and level in ('METRICS', 'WARN')
        order by timestamp asc, dataset asc
    {% endset %}
    {% set items = [] %}
    {% for event in sluice.query_rows(query) %}
        {% do items.extend(sluice.summary_items(event.dataset, fromjson(event.details))) %}
    {% endfor %}
    {% for item in items %}
        {% if loop.first %}
            {% do log('sluice: to look at after this run (vars: {sluice: {run_summary: false}} leaves this out)',
                info=true) %}
        {% endif %}
        {% do log('  ' ~ item.message, info=true) %}
        {% do log('      ' ~ item.command, info=true) %}
    {% endfor %}
{% endmacro %}


{% macro tells_summary() %}
    {# Whether a run ends with a summary (the variable run_summary). #}
    {% set wanted = var('run_summary', true) %}
    {% if wanted is not boolean %}
        {% do exceptions.raise_compiler_error(
            'sluice: the variable run_summary must be true or false; it is ' ~ tojson(wanted)
            ~ '. Set it in dbt_project.yml: vars: {sluice: {run_summary: false}}'
        ) %}
    {% endif %}
    {% do return(wanted) %}
{% endmacro %}


{% macro summary_items(dataset, details) %}
    {# What an event of a flow has to say: [{'message', 'command'}]. #}
    {% set node = graph.nodes.get(details.unique_id) %}
    {% set flow = details.get('flow_progress', {}) %}
    {% set metrics = flow.get('metrics', {}) if flow.get('status') == 'COMPLETED' else {} %}
    {% set items = [] %}
    {% if details.get('failed_files') %}
        {% set number = details.failed_files | length %}
        {% do items.append({
            'message': dataset ~ ': ' ~ number ~ (' file that cannot be read, ' if number == 1
                else ' files that cannot be read, such as ') ~ details.failed_files[0],
            'command': sluice.show_command(
                'select path, error from ' ~ sluice.shell_name(sluice.state_relation('files', node.database))
                ~ " where dataset = '" ~ dataset ~ "' and status = 'FAILED'", 'json'),
        }) %}
    {% endif %}
    {% if metrics.get('num_dropped_rows') %}
        {% set rules = [] %}
        {% for rule in flow.data_quality.expectations if rule.on_violation == 'drop' and rule.failed_records %}
            {% do rules.append(rule.name ~ ' ' ~ rule.failed_records) %}
        {% endfor %}
        {% do items.append({
            'message': dataset ~ ': ' ~ sluice.counts_text({'num_dropped_rows': metrics.num_dropped_rows})
                ~ ' (' ~ rules | join(', ') ~ ')',
            'command': sluice.show_command(
                'select * from ' ~ sluice.shell_name(sluice.quarantine_relation(sluice.relation_of(node)))),
        }) %}
    {% endif %}
    {% if metrics.get('num_conflicts') %}
        {% do items.append({
            'message': dataset ~ ': ' ~ sluice.counts_text({'num_conflicts': metrics.num_conflicts})
                ~ ' (key and sequence alike, and other values)',
            'command': sluice.show_command(
                'select message from ' ~ sluice.shell_name(sluice.state_relation('event_log'))
                ~ " where dataset = '" ~ dataset ~ "' and level = 'WARN' and update_id = '" ~ invocation_id ~ "'",
                'json'),
        }) %}
    {% endif %}
    {% if metrics.get('backlog_files') %}
        {% do items.append({
            'message': dataset ~ ': ' ~ metrics.backlog_files ~ (' file waits' if metrics.backlog_files == 1
                else ' files wait') ~ ' for the next run (max_files_per_run)',
            'command': 'dbt build --select ' ~ sluice.selector_of(node) ~ '+',
        }) %}
    {% endif %}
    {% do return(items) %}
{% endmacro %}


{% macro show_command(sql, output=none) %}
    {# The command that shows the rows of a query; a table cuts texts, JSON does not. #}
    {% do return('dbt show --inline "' ~ sql ~ '"' ~ (' --output ' ~ output if output else '')) %}
{% endmacro %}


{% macro shell_name(relation) %}
    {# A relation as it can be typed within the quotation marks of a shell, quoted only where it has to be. #}
    {% set parts = [] %}
    {% for part in ([] if relation.database == target.get('database') else [relation.database])
        + [relation.schema, relation.identifier] %}
        {% do parts.append(part if modules.re.match('[a-z_][a-z0-9_]*$', part)
            else modules.re.sub('(["$`\\\\])', '\\\\\\1', sluice.quote(part))) %}
    {% endfor %}
    {% do return(parts | join('.')) %}
{% endmacro %}
