{% macro committed_batch(dataset_id, source_id, database=none, checkpoints=none) %}
    {# How far a dataset has read a source, or itself has come where the source is the dataset: {epoch, batch}, 0 of
       both where nothing is known; by this target's checkpoints, or those of another; 'rows' of the source up to there,
       where they were counted. They are only added, so two nodes never update the same row; the greatest counts. #}
    {% set checkpoints = checkpoints or sluice.state_relation('checkpoints', database) %}
    {% if load_cached_relation(checkpoints) is none %}{% do return({'epoch': 0, 'batch': 0, 'rows': none}) %}{% endif %}
    {% set query %}
        select *
        from {{ checkpoints }}
        where dataset = {{ sluice.literal(dataset_id) }} and source = {{ sluice.literal(source_id) }}
        order by epoch desc, batch desc
        limit 1
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% do return({
        'epoch': found[0].epoch | int if found else 0,
        'batch': [found[0].batch | int, 0] | max if found else 0,
        'rows': found[0].rows if found else none,
    }) %}
{% endmacro %}


{% macro checkpoint_statements(ranges, starts_over, relation) %}
    {# How far a dataset has come, as statements for the script of the rows that the ranges stand for. One that starts
       over forgets how far it had read, for what it reads now may end before that (dbt run --empty). #}
    {% set statements, reached = [], [] %}
    {% set id = sluice.dataset_id(relation) %}
    {% for range in ranges if range.to > range['from'] or range.restarted %}{% do reached.append(range) %}{% endfor %}
    {% if starts_over %}{% do statements.append(sluice.forget_beyond_statement(id, reached, relation)) %}{% endif %}
    {% if reached %}{% do statements.append(sluice.insert_checkpoints(id, reached, relation.database)) %}{% endif %}
    {% do return(statements) %}
{% endmacro %}


{% macro forget_beyond_statement(id, reached, relation) %}
    {# The statement by which a dataset has read nothing but what it has reached now. What the new checkpoints cover
       stays: where nothing goes, a DuckLake sees no conflict with the checkpoints that other nodes add meanwhile. #}
    {% set beyond = [] %}
    {% for range in reached %}
        {% do beyond.append(
            '(source <> ' ~ sluice.literal(range.source) ~ ' or epoch > ' ~ range.epoch ~ ' or (epoch = ' ~ range.epoch
            ~ ' and (batch > ' ~ range.to ~ ' or (batch = ' ~ range.to ~ ' and rows is distinct from '
            ~ sluice.literal(range.get('rows')) ~ '))))') %}
    {% endfor %}
    {% do return('delete from ' ~ sluice.state_relation('checkpoints', relation.database)
        ~ ' where dataset = ' ~ sluice.literal(id) ~ ' and source <> ' ~ sluice.literal(id)
        ~ (' and ' ~ beyond | join(' and ') if beyond else '')) %}
{% endmacro %}


{% macro forget_checkpoint_statement(reader, source) %}
    {# The statement by which a table has read nothing of another: its next run starts over with it. #}
    {% do return('delete from ' ~ sluice.state_relation('checkpoints', reader.database)
        ~ ' where dataset = ' ~ sluice.literal(sluice.dataset_id(reader))
        ~ ' and source = ' ~ sluice.literal(sluice.dataset_id(source))) %}
{% endmacro %}


{% macro insert_checkpoints(dataset_id, ranges, database) %}
    {# The statement that adds a checkpoint for each of the ranges. #}
    insert into {{ sluice.state_relation('checkpoints', database) }}
        (dataset, source, epoch, batch, rows, update_id, committed_at)
    values
    {%- for range in ranges %}
        (
            {{ sluice.literal(dataset_id) }}, {{ sluice.literal(range.source) }}, {{ range.epoch }}, {{ range.to }},
            {{ sluice.literal(range.get('rows')) }},
            {{ sluice.literal(invocation_id) }}, {{ sluice.timestamp_expression() }}
        ){{ ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}
