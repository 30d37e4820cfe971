{% macro kept_columns(options, events, staged, recorded, record, afresh) %}
    {# Makes the table of the kept events, or brings it up to the batch. Returns {'columns', 'new', 'altered'}.
       A full refresh replays what stream() reads from its first batch on. A model that reads no stream shows only
       its newest events: its kept ones are the feed then, as long as they would be made the same way again. #}
    {% if afresh and (load_cached_relation(this) is none or not recorded
        or sluice.streams_read() or recorded.events != record.events) %}
        {% set kept = none %}
    {% else %}
        {% set kept = sluice.columns_of(events) %}
        {% if afresh and sluice.type_changes(options, kept, staged) %}{% set kept = none %}{% endif %}
    {% endif %}
    {% if kept is none %}
        {% do run_query('drop table if exists ' ~ events) %}
        {% do sluice.create_table(events, staged) %}
        {% do return({'columns': staged, 'new': true, 'altered': true}) %}
    {% endif %}
    {% if not afresh %}{% do sluice.check_drift(options, recorded, kept, staged) %}{% endif %}
    {% set columns = sluice.sync_columns(events, staged, existing=kept)['all'] %}
    {% do return({'columns': columns, 'new': false, 'altered': columns != kept}) %}
{% endmacro %}
