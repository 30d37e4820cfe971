{% macro duckdb__python_feed(relation, compiled_code) %}
    {{- py_write_table(temporary=false, relation=relation, compiled_code=compiled_code) }}
{%- endmacro %}


{% macro duckdb__truncated_events(deduplicated, events) %}
    select
        _sluice_deduplicated.*,
        _sluice_truncates._sluice_sequence as _sluice_truncated_at
    from ({{ deduplicated }}) as _sluice_deduplicated
    asof left join (
        select distinct _sluice_sequence from {{ events }} where _sluice_operation = 'TRUNCATE'
    ) as _sluice_truncates
        on _sluice_deduplicated._sluice_sequence <= _sluice_truncates._sluice_sequence
{% endmacro %}


{% macro duckdb__last_value_expression(expression) %}
    {% do return('last_value(' ~ expression ~ ' ignore nulls)') %}
{% endmacro %}


{% macro duckdb__same_as_previous_condition(expressions, window) %}
    {# A row is never null, so a key's first event, whose lag is null, continues nothing. #}
    {% set this_row = 'row(' ~ expressions | join(', ') ~ ')' %}
    {% do return('lag(' ~ this_row ~ ') over (' ~ window ~ ') is not distinct from ' ~ this_row) %}
{% endmacro %}
