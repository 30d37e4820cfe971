{% macro target_options(dataset_id, database=none) %}
    {# The options that a dataset's state was last made with, or none. #}
    {% set targets = sluice.state_relation(
        'targets', this.database if database is none and this is defined else database) %}
    {% if load_cached_relation(targets) is none %}{% do return(none) %}{% endif %}
    {% set query %}
        select options
        from {{ targets }}
        where dataset = {{ sluice.literal(dataset_id) }}
        order by version desc
        limit 1
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% do return(fromjson(found[0].options) if found else none) %}
{% endmacro %}


{% macro recorded_datasets() %}
    {# The ids of all datasets of the target's database that have a state. #}
    {% set query %}
        select dataset from {{ sluice.state_relation('targets') }}
        union
        select dataset from {{ sluice.state_relation('checkpoints') }}
    {% endset %}
    {% do return(sluice.query_rows(query) | map(attribute='dataset') | list) %}
{% endmacro %}


{% macro insert_target_options(dataset_id, options, database) %}
    {# The statement that notes the options that a dataset's state is made with from now on, as its next version. #}
    {% set targets = sluice.state_relation('targets', database) %}
    insert into {{ targets }} (dataset, version, options, update_id, committed_at)
    select
        {{ sluice.literal(dataset_id) }},
        coalesce(max(version), 0) + 1,
        {{ sluice.literal(tojson(options)) }},
        {{ sluice.literal(invocation_id) }},
        {{ sluice.timestamp_expression() }}
    from {{ targets }}
    where dataset = {{ sluice.literal(dataset_id) }}
{% endmacro %}


{% macro recount_statements(node, relation) %}
    {# For rows of a streaming table that are moved out of batches that were read: the statements by which targets whose
       events lie in it are worked out anew at their next run. #}
    {% set statements = [] %}
    {% for reader in graph.nodes.values() if sluice.is_target(reader) and node.unique_id in reader.depends_on.nodes
        and reader.database == relation.database %}
        {% set place = sluice.relation_of(reader) %}
        {% set id, version = sluice.dataset_id(place), sluice.planned_version(place) %}
        {% set recorded = sluice.target_options(id, reader.database) %}
        {% if recorded and recorded.get('state', {}).kind == 'stream' %}
            {% do statements.extend(sluice.claimed(
                [sluice.insert_target_options(id, dict(recorded, recount=true), reader.database)], place, version)) %}
        {% endif %}
    {% endfor %}
    {% do return(statements) %}
{% endmacro %}


{% macro is_unfinished(recorded) %}
    {# Whether an engine that commits each statement was stopped while this target was made anew. #}
    {% do return(recorded is not none and recorded.get('unfinished') is true) %}
{% endmacro %}


{% macro unfinished_statements(full_refresh) %}
    {# Noted before a target is made anew: a run that ends in between leaves a table that is to be made once more. #}
    {% if not full_refresh %}{% do return([]) %}{% endif %}
    {% do return([sluice.insert_target_options(sluice.dataset_id(this), {'unfinished': true}, this.database)]) %}
{% endmacro %}


{% macro put_together(feed) %}
    {# Up to which batch the changes of a feed were put together; 1 where none were, for the first has inserts only. #}
    {% do return((sluice.target_options(sluice.dataset_id(feed), feed.database) or {}).get('put_together', 1)) %}
{% endmacro %}
