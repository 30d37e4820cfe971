{% macro retention_statements(node, feed, options, head) %}
    {# The statements that put the older batches of a feed together: in place of all that was changed up to a batch,
       the rows as they were then, as inserts of that batch. So the feed always makes the table, and is as large as the
       table and what is kept. As much again as is to be kept comes together before that, and no model of this project
       that reads the feed is left behind. #}
    {% set kept = (node.config.get('meta') or {}).get('change_data_feed_retention') %}
    {% if kept is none %}{% do return([]) %}{% endif %}
    {% set upto = sluice.batch_out_of_retention(feed, kept, head.batch + 1) %}
    {% if upto.due <= sluice.put_together(feed) %}{% do return([]) %}{% endif %}
    {% set batch = [upto.out, sluice.batch_read_by_all(feed, head)] | min %}
    {% if batch <= sluice.put_together(feed) %}{% do return([]) %}{% endif %}
    {% set columns = sluice.columns_of(feed) %}
    {% set names = sluice.user_columns(columns) | map(attribute='name')
        | reject('in', ['_change_type', '_commit_batch']) | list %}
    {% set rows = sluice.stage_table('feed', sluice.rows_of_feed(feed, columns, names, options, batch)) %}
    {% do return([
        'delete from ' ~ feed ~ ' where _sluice_batch <= ' ~ batch,
        sluice.insert_into(feed, names + ['_change_type', '_commit_batch', '_sluice_batch'],
            'select ' ~ sluice.quoted(names) | join(', ') ~ ", 'insert', " ~ batch ~ ', ' ~ batch ~ ' from ' ~ rows),
        sluice.insert_target_options(sluice.dataset_id(feed), {'put_together': batch}, feed.database),
    ] + sluice.drop_statements([rows])) %}
{% endmacro %}


{% macro batch_out_of_retention(feed, kept, latest) %}
    {# {'out': the last batch that need not be kept, 'due': the last one that is twice as old as it has to be}, 0 where
       there is none. #}
    {% if kept is integer %}{% do return({'out': latest - kept, 'due': latest - 2 * kept}) %}{% endif %}
    {% set number, _, unit = kept.partition(' ') %}
    {% set seconds = number | int * {'hour': 3600, 'day': 86400, 'week': 604800}[unit.rstrip('s')] %}
    {% set now = modules.datetime.datetime.now(modules.pytz.utc).replace(tzinfo=none) %}
    {% set moments = [] %}
    {% for times in (1, 2) %}
        {% do moments.append(sluice.timestamp_expression(now - modules.datetime.timedelta(seconds=times * seconds))) %}
    {% endfor %}
    {% set found = sluice.query_rows(
        'select max(case when _commit_timestamp <= ' ~ moments[0] ~ ' then _sluice_batch end) as out, '
        ~ 'max(case when _commit_timestamp <= ' ~ moments[1] ~ ' then _sluice_batch end) as due from ' ~ feed)[0] %}
    {% do return({'out': (found.out or 0) | int, 'due': (found.due or 0) | int}) %}
{% endmacro %}


{% macro batch_read_by_all(feed, head) %}
    {# The batch that every model of the project which has read a feed has come to. #}
    {% set batches = [head.batch] %}
    {% for reader in graph.nodes.values()
        if model.unique_id in reader.depends_on.nodes and sluice.keeps_state(reader) %}
        {% set read = sluice.committed_batch(
            sluice.dataset_id(sluice.relation_of(reader)), sluice.dataset_id(feed), reader.database) %}
        {% if read.epoch == head.epoch %}{% do batches.append(read.batch) %}{% endif %}
    {% endfor %}
    {% do return(batches | min) %}
{% endmacro %}


{% macro rows_of_feed(feed, columns, names, options, batch) %}
    {# The rows that a feed makes up to a batch, with its columns. #}
    {% set identity = sluice.identities(columns, sluice.row_identity(options)) | join(', ') %}
    select {{ sluice.quoted(names) | join(', ') }}
    from (
        select
            *,
            row_number() over (partition by {{ identity }} order by _sluice_batch desc) as _sluice_place
        from {{ feed }}
        where _sluice_batch <= {{ batch }} and _change_type <> 'update_preimage'
    ) as _sluice_last
    where _sluice_place = 1 and _change_type <> 'delete'
{% endmacro %}
