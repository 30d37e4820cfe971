{% macro change_feed_statements(node, target, plan, write, starts_over) %}
    {# {'before', 'behind'}: the statements that keep what this run changes in the rows of a target, to be sent before
       the rows are written, for they look at the old ones, and behind them. The feed has the target's columns,
       _change_type, _commit_batch and _commit_timestamp (Delta's names); it is numbered as a streaming table of its
       own. One that begins, with the target or later, has all rows as inserts, so the feed always makes the table. #}
    {% set feed, nothing = sluice.change_feed_relation(target), {'before': [], 'behind': []} %}
    {% set is_there = load_cached_relation(feed) is not none %}
    {% if not sluice.keeps_change_feed(node) %}
        {% if not is_there %}{% do return(nothing) %}{% endif %}
        {% do adapter.cache_dropped(feed) %}
        {% do return(dict(nothing, before=['drop table if exists ' ~ feed])) %}
    {% endif %}
    {% set id = sluice.dataset_id(feed) %}
    {% set head = sluice.committed_batch(id, id, target.get('database')) %}
    {% if starts_over or not is_there or not head.epoch %}
        {# The first table of a snapshot is made by dbt, later. #}
        {% set is_made = load_cached_relation(target) is not none or not write.query %}
        {% set rows = target if is_made else '(' ~ write.query ~ ')' %}
        {% do adapter.cache_added(feed) %}
        {% do return(dict(nothing, behind=sluice.new_change_feed_statements(feed, rows, head))) %}
    {% elif not write.changes or not write.counts.num_upserted_rows + write.counts.num_deleted_rows %}
        {% do return(nothing) %}
    {% endif %}
    {% set columns = write.columns %}
    {% set sync = sluice.sync_columns_statements(
        feed, columns, 'append_new_columns', sluice.user_columns(sluice.columns_of(feed))) %}
    {% do return({
        'before': sync.statements + [
            sluice.insert_changes(feed, target, columns, plan.options, write.changes, head.batch + 1),
            sluice.head_statement(feed, head.epoch, head.batch + 1),
        ],
        'behind': sluice.retention_statements(node, feed, plan.options, head),
    }) %}
{% endmacro %}


{% macro new_change_feed_statements(feed, rows, head) %}
    {# The statements that make a feed of the rows that a target has now, in an epoch of its own. #}
    {% set inserts %}
        select
            *,
            'insert' as _change_type,
            cast(1 as {{ dbt.type_bigint() }}) as _commit_batch,
            {{ sluice.timestamp_expression() }} as _commit_timestamp,
            cast(1 as {{ dbt.type_bigint() }}) as _sluice_batch
        from {{ rows }} as _sluice_rows
    {% endset %}
    {% do return([
        'drop table if exists ' ~ feed, 'create table ' ~ feed ~ ' as ' ~ inserts,
        sluice.head_statement(feed, head.epoch + 1, 1),
    ] + ([sluice.insert_target_options(sluice.dataset_id(feed), {'put_together': 1}, feed.database)]
        if sluice.put_together(feed) > 1 else [])) %}
{% endmacro %}


{% macro insert_changes(feed, target, columns, options, changes, batch) %}
    {# The statement that adds what marked rows change: of one that is there the values before and behind, of one that
       is not there an insert, of one that goes a delete with its last values. #}
    {% set names = columns | map(attribute='name') | list %}
    {% set identity = sluice.row_identity(options) %}
    {% set same = sluice.same_rows_condition(columns, identity, '_sluice_target', '_sluice_changes') %}
    {% set first = sluice.quote(options['keys'][0]) %}
    {% set rows %}
        select
            {{ sluice.quoted(names, '_sluice_changes') | join(', ') }},
            case
                when _sluice_changes._sluice_change = 'delete' then 'delete'
                when _sluice_target.{{ first }} is null then 'insert'
                else 'update_postimage'
            end as _change_type
        from {{ changes }} as _sluice_changes
        left join {{ target }} as _sluice_target on {{ same }}
        union all
        select
            {{ sluice.exact_columns(columns, names, '_sluice_target') | join(', ') }},
            'update_preimage' as _change_type
        from {{ target }} as _sluice_target
        inner join {{ changes }} as _sluice_changes on {{ same }}
        where _sluice_changes._sluice_change = 'upsert'
    {% endset %}
    {% do return(sluice.insert_into(
        feed, names + ['_change_type', '_commit_batch', '_commit_timestamp', '_sluice_batch'],
        'select *, ' ~ batch ~ ', ' ~ sluice.timestamp_expression() ~ ', ' ~ batch ~ ' from (' ~ rows
        ~ ') as _sluice_rows')) %}
{% endmacro %}


{% macro change_feed_errors(given) %}
    {# What the options must be, and where there is no feed: what is kept is told by comparing rows, and has to be
       written with them. #}
    {% set errors, wanted, kept = [], given.get('change_data_feed'), given.get('change_data_feed_retention') %}
    {% if wanted is not none and wanted is not boolean %}
        {% do errors.append('change_data_feed must be true or false, found: ' ~ tojson(wanted)) %}
    {% elif wanted and sluice.commits_each_statement() %}
        {% do errors.append('change_data_feed needs a transaction for rows and changes, which ' ~ adapter.type()
            ~ ' has not; way out: leave it out, and read the streaming table that the target reads') %}
    {% endif %}
    {% if kept is not none and not wanted %}
        {% do errors.append('change_data_feed_retention belongs to change_data_feed: true') %}
    {% elif kept is not none and not (kept is integer and kept > 0)
        and not modules.re.match('[1-9][0-9]* (hour|day|week)s?$', kept | string) %}
        {% do errors.append("change_data_feed_retention must be a number of batches, or an age such as '30 days' "
            ~ '(hours, days or weeks), found: ' ~ tojson(kept)) %}
    {% endif %}
    {% do return(errors) %}
{% endmacro %}
