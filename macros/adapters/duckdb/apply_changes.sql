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


{% macro duckdb__same_as_previous(expressions, window) %}
    {# A row is never null, so a key's first event, whose lag is null, continues nothing. #}
    {% set this_row = 'row(' ~ expressions | join(', ') ~ ')' %}
    {% do return('lag(' ~ this_row ~ ') over (' ~ window ~ ') is not distinct from ' ~ this_row) %}
{% endmacro %}


{% macro duckdb__struct_of(fields) %}
    {% set items = [] %}
    {% for name, expression in fields.items() %}
        {% do items.append(sluice.quote(name) ~ ' := ' ~ expression) %}
    {% endfor %}
    {% do return('struct_pack(' ~ items | join(', ') ~ ')') %}
{% endmacro %}


{% macro duckdb__stream_rows(relation, position) %}
    {% do return(
        'select * exclude (_sluice_batch) from ' ~ relation
        ~ ' where _sluice_batch > ' ~ position['from'] ~ ' and _sluice_batch <= ' ~ position['to']
    ) %}
{% endmacro %}


{% macro duckdb__python_feed(relation, compiled_code) %}
    {{- py_write_table(temporary=false, relation=relation, compiled_code=compiled_code) }}
{%- endmacro %}
