{# PUBLIC: on_run_start, on_run_end #}

{% macro on_run_start() %}
    {% if sluice.is_update() %}
        {% do sluice.event_log_retention_days() %}
        {% do sluice.tells_summary() %}
        {% do sluice.warn_unread_tutorial() %}
        {% do sluice.warn_unused_on_violation() %}
        {% do sluice.warn_strategy_without_package() %}
        {% do sluice.begin_update(sluice.utc_now()) %}
        {% do sluice.drop_staged_tables_left() %}
    {% endif %}
{% endmacro %}


{% macro on_run_end(results) %}
    {% if sluice.is_update() %}
        {% do sluice.ensure_update_began(results) %}
        {% set events = [] %}
        {% for result in results %}{% do events.extend(sluice.result_events(result)) %}{% endfor %}
        {% do events.append(sluice.update_ended(sluice.failed_nodes(results))) %}
        {% do sluice.mark_foreign_tables(results) %}
        {% do sluice.drop_left_feeds(results) %}
        {% do sluice.drop_staged_tables_left() %}
        {% do sluice.collect_event_logs() %}
        {% do sluice.log_events(events) %}
        {% do adapter.commit() %}
        {% do sluice.tell_summary() %}
        {% do sluice.apply_retention() %}
    {% endif %}
{% endmacro %}


{% macro mark_foreign_tables(results) %}
    {# A dataset of ours that another materialization wrote in this run is no longer what its state says: noted with the
       state, and told at its next run. #}
    {% set foreign = {} %}
    {% for result in results if result.node.resource_type in ('model', 'snapshot', 'seed')
        and result.status | string == 'success' and not sluice.keeps_state(result.node) %}
        {% do foreign.update({sluice.dataset_id(sluice.relation_of(result.node)): result.node}) %}
    {% endfor %}
    {% if not foreign %}{% do return(none) %}{% endif %}
    {% for id in sluice.recorded_datasets() if id in foreign %}
        {% set recorded = sluice.target_options(id, target.get('database')) or {} %}
        {% if not recorded.made_by %}
            {% set node = foreign[id] %}
            {% set by = 'strategy ' ~ node.config.strategy if node.resource_type == 'snapshot'
                else node.config.materialized %}
            {% do sluice.run_statement(
                sluice.insert_target_options(id, dict(recorded, made_by=by), target.get('database'))) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro drop_left_feeds(results) %}
    {# The rows of a Python model that failed before they were a feed. #}
    {% for result in results if result.status | string == 'error' and result.node.language == 'python'
        and result.node.config.materialized in ('streaming_table', 'apply_changes') %}
        {% do sluice.drop_staged(sluice.python_tables(sluice.relation_of(result.node))) %}
    {% endfor %}
{% endmacro %}


{% macro warn_unread_tutorial() %}
    {# In this repository itself: dbt_project.yml takes another database for that of a project that installs sluice. #}
    {% if project_name == 'sluice' and not graph.nodes %}
        {% do exceptions.warn(
            'The tutorial is left out, for the database of target ' ~ target.name ~ ' is ' ~ target.get('path')
            ~ ', expected ' ~ env_var('SLUICE_DB', 'sluice.duckdb') ~ ', by which it is told from projects that '
            ~ 'install sluice; '
            ~ 'way out: name the database by the environment variable SLUICE_DB instead of in profiles.yml'
        ) %}
    {% endif %}
{% endmacro %}


{% macro warn_strategy_without_package() %}
    {# Of a strategy that it does not find dbt tells the name only, and looks in the project itself. #}
    {% for node in graph.nodes.values() if node.resource_type == 'snapshot' and node.package_name == project_name
        and node.config.get('strategy') == 'apply_changes' and project_name != 'sluice' %}
        {% do exceptions.warn(node.unique_id ~ ': dbt looks for strategy apply_changes in project ' ~ project_name
            ~ '; that of this package is strategy: sluice.apply_changes') %}
    {% endfor %}
{% endmacro %}


{% macro run_hooks_outside(hooks) %}
    {# The hooks of a model that are to be outside of its transaction. #}
    {{ return(adapter.dispatch('run_hooks_outside', 'sluice')(hooks)) }}
{% endmacro %}

{% macro default__run_hooks_outside(hooks) %}
    {# dbt ends the transaction that is open. #}
    {{ return(run_hooks(hooks, inside_transaction=False)) }}
{% endmacro %}
