{% macro duckdb__truncated_events(events_sql, events) %}
    {# Each event with the first truncate that is not older than it. #}
    select
        deciding.*,
        truncates._sluice_sequence as _sluice_truncated_at
    from ({{ events_sql }}) as deciding
    asof left join (
        select distinct _sluice_sequence from {{ events }} where _sluice_operation = 'TRUNCATE'
    ) as truncates
        on deciding._sluice_sequence <= truncates._sluice_sequence
{% endmacro %}
