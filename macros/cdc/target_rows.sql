{% macro target_rows(options, events, deciding) %}
    {# The rows of the target, in its columns, that follow from the deciding events. #}
    {% if options.scd_type == 1 %}
        {% do return(sluice.current_rows(options, events, deciding)) %}
    {% endif %}
    {% set columns = sluice.quoted(options.columns) + (sluice.snapshot_columns(options) if options.snapshot else []) %}
    select
        {{ columns | join(',\n        ') }},
        _sluice_start_at as {{ sluice.quote(options.start_at) }},
        {{ 'coalesce(_sluice_end_at, ' ~ options.open_end ~ ')' if options.open_end else '_sluice_end_at' }} as {{ sluice.quote(options.end_at) }}
    from (
        {{ sluice.version_rows(options, events, deciding) }}
    ) as versions
{% endmacro %}
