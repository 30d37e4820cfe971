{% macro target_rows(options, events, deciding) %}
    {# The rows of the target, in its columns, that follow from the deciding events. #}
    {% if options.scd_type == 1 %}
        {% do return(sluice.current_rows(options, events, deciding)) %}
    {% endif %}
    {% set columns = sluice.quoted(options.columns) %}
    {% set start_at = adapter.quote(options.start_at) %}
    {% set end_at = adapter.quote(options.end_at) %}
    {% if model.resource_type == 'snapshot' %}
        {% do columns.extend(sluice.snapshot_columns(options)) %}
    {% endif %}
    {% set open_end = config.get('dbt_valid_to_current') if model.resource_type == 'snapshot' else none %}
    {% do columns.append('_sluice_start_at as ' ~ start_at) %}
    {% do columns.append(('coalesce(_sluice_end_at, ' ~ open_end ~ ')' if open_end else '_sluice_end_at') ~ ' as ' ~ end_at) %}
    select {{ columns | join(', ') }}
    from (
        {{ sluice.version_rows(options, events, deciding) }}
    ) as versions
{% endmacro %}
