{% macro state_relation(name, database=none) %}
    {% do return(api.Relation.create(
        database=database or target.database,
        schema=target.schema ~ '_sluice',
        identifier=name,
        type='table',
    )) %}
{% endmacro %}


{% macro dataset_id(relation) %}
    {# Without the database: it is named after the file on DuckDB, and files get renamed and copied. #}
    {% do return((relation.schema ~ '.' ~ relation.identifier) | lower) %}
{% endmacro %}


{% macro state_databases() %}
    {# The target's own (as none, which state_relation() knows), then those of selected models that keep a state. #}
    {% set databases = [none] %}
    {% for id in selected_resources if id in graph.nodes %}
        {% set node = graph.nodes[id] %}
        {% if node.config.materialized in ('streaming_table', 'apply_changes', 'snapshot')
            and node.database not in databases + [target.database] %}
            {% do databases.append(node.database) %}
        {% endif %}
    {% endfor %}
    {% do return(databases) %}
{% endmacro %}


{% macro create_state(database=none) %}
    {% do run_query(adapter.dispatch('create_state', 'sluice')(database)) %}
{% endmacro %}


{% macro ensure_state() %}
    {# on_run_start makes our tables. It does not run where a hook of the project failed before it, and dbt goes on. #}
    {% set event_log = sluice.state_relation('event_log', this.database) %}
    {% if adapter.get_relation(event_log.database, event_log.schema, event_log.identifier) is none %}
        {% do sluice.create_state(this.database) %}
        {% do adapter.commit() %}
        {% for name in ('event_log', 'checkpoints', 'files', 'targets') %}
            {% do adapter.cache_added(sluice.state_relation(name, this.database)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}


{% macro event_log_views(database=none) %}
    {% do return(adapter.dispatch('event_log_views', 'sluice')(database)) %}
{% endmacro %}
