{# PUBLIC: on_run_start, on_run_end #}

{% macro on_run_start() %}
    {% if sluice.is_update() %}
        {% do sluice.event_log_retention_days() %}
        {% do sluice.warn_unread_tutorial() %}
        {% do sluice.warn_unused_on_violation() %}
        {% do sluice.begin_update(sluice.utc_now()) %}
    {% endif %}
{% endmacro %}


{% macro on_run_end(results) %}
    {% if sluice.is_update() %}
        {% do sluice.ensure_update_began(results) %}
        {% set events = [] %}
        {% for result in results %}{% do events.extend(sluice.result_events(result)) %}{% endfor %}
        {% do events.append(sluice.update_ended(sluice.failed_nodes(results))) %}
        {% do sluice.collect_event_logs() %}
        {% do sluice.log_events(events) %}
        {% do adapter.commit() %}
        {% do sluice.apply_retention() %}
    {% endif %}
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
