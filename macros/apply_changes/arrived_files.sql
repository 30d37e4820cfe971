{% macro arrived_rows(feed, plans) %}
    {# The rows that a query makes of new files, staged, for files are read once: {'feed' over them, 'rows' (the same as
       a table), 'columns', 'has_rows', 'staged', 'counts' for the log, 'events' about files that were probably read in
       another way than they are meant}. Keys that were forgotten are left out. #}
    {% set state = sluice.node_state() %}
    {% set staged = sluice.stage_table('files', feed) %}
    {% set columns, rows = sluice.columns_of(staged), staged %}
    {% set is_forgotten = sluice.is_forgotten_expression(state, this, columns) or 'false' %}
    {% if state.forgotten %}{% set rows = '(select * from ' ~ staged ~ ' where not ' ~ is_forgotten ~ ')' %}{% endif %}
    {% set doubted = sluice.doubted_plans(plans, rows, columns) %}
    {% set found = sluice.query_rows('select count(*) as num_rows, count(*) filter (where ' ~ is_forgotten
        ~ ') as num_forgotten from ' ~ staged)[0] %}
    {% set doubtful = sluice.query_rows(sluice.doubtful_files_query(doubted, rows)) if doubted else [] %}
    {% do return({
        'feed': 'select * from ' ~ rows ~ ' as _sluice_arrived', 'rows': rows, 'columns': columns, 'staged': [staged],
        'has_rows': found.num_rows > found.num_forgotten,
        'counts': sluice.arrived_counts(plans, found.num_forgotten | int),
        'events': sluice.doubtful_files_events(doubted, rows, columns, doubtful),
    }) %}
{% endmacro %}


{% macro arrived_counts(plans, num_forgotten) %}
    {# What there is to count beside the events: rows of forgotten keys, and files that max_files_per_run left for
       later. #}
    {% set counts, left = {}, plans | map(attribute='left') | sum %}
    {% if num_forgotten %}{% do counts.update({'num_forgotten_rows': num_forgotten}) %}{% endif %}
    {% if left %}{% do counts.update({'backlog_files': left}) %}{% endif %}
    {% do return(counts) %}
{% endmacro %}


{% macro files_statements(plans, read_errors, arrived, full_refresh) %}
    {# The statements that note what was read of files. They come behind the events: a file that is noted has all of its
       events in, and one that is not is read again, whose events are copies then. #}
    {% set statements = [] %}
    {% for id, options in sluice.schema_records(plans).items() %}
        {% do statements.append(sluice.insert_target_options(id, options, this.database)) %}
    {% endfor %}
    {# A target has no batches. #}
    {% set batch = {'rows': arrived.rows, 'range': {'to': 'null'}} if arrived else {} %}
    {% do return(statements + sluice.ledger_statements(
        plans, read_errors, batch, arrived.columns if arrived else [], full_refresh)) %}
{% endmacro %}


{% macro nameless_events_example(source, options) %}
    {# Of rows of files without a key, which are corrupt lines most often, the first: where it is, and what was rescued
       of it; empty where the query does not say that. #}
    {% if not source.arrived or not sluice.has_file_columns(source.arrived.columns) %}{% do return('') %}{% endif %}
    {% set missing = [] %}
    {% for key in options['keys'] %}{% do missing.append(sluice.quote(key) ~ ' is null') %}{% endfor %}
    {% set query %}
        select _metadata.file_path as path, _rescued_data as rescued
        from {{ source.arrived.rows }} as _sluice_arrived
        where {{ missing | join(' or ') }}
        order by 1 asc, 2 asc
        limit 1
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% do return(', for example in ' ~ found[0].path ~ (': ' ~ found[0].rescued[:200] if found[0].rescued else '')
        if found else '') %}
{% endmacro %}
