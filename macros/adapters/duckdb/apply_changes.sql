{% macro duckdb__truncated_events(deduplicated, events, type) %}
    {# DuckDB 2.0.0 has an internal error in an asof join over intervals, which ends the whole run; there a subquery
       finds the first truncate, which is slower where there are many. #}
    {% if 'INTERVAL' in type %}
    select
        _sluice_deduplicated.*,
        (
            select min(_sluice_truncates._sluice_sequence)
            from {{ events }} as _sluice_truncates
            where _sluice_truncates._sluice_operation = 'TRUNCATE'
                and _sluice_truncates._sluice_sequence >= _sluice_deduplicated._sluice_sequence
        ) as _sluice_truncated_at
    from ({{ deduplicated }}) as _sluice_deduplicated
    {% else %}
    select
        _sluice_deduplicated.*,
        _sluice_truncates._sluice_sequence as _sluice_truncated_at
    from ({{ deduplicated }}) as _sluice_deduplicated
    asof left join (
        select distinct _sluice_sequence from {{ events }} as _sluice_set where _sluice_operation = 'TRUNCATE'
    ) as _sluice_truncates
        on _sluice_deduplicated._sluice_sequence <= _sluice_truncates._sluice_sequence
    {% endif %}
{% endmacro %}


{% macro duckdb__evaluated_once(name, query) %}
    {% do return(name ~ ' as materialized (\n' ~ query ~ '\n)') %}
{% endmacro %}


{% macro duckdb__last_value_expression(expression) %}
    {% do return('last_value(' ~ expression ~ ' ignore nulls)') %}
{% endmacro %}


{% macro duckdb__same_as_previous_condition(expressions, window) %}
    {# A row is never null, so a key's first event, whose lag is null, continues nothing. #}
    {% set this_row = 'row(' ~ expressions | join(', ') ~ ')' %}
    {% do return('lag(' ~ this_row ~ ') over (' ~ window ~ ') is not distinct from ' ~ this_row) %}
{% endmacro %}


{% macro duckdb__update_list_expression(expression, type, keys) %}
    {% set kind = type | upper %}
    {% set item = modules.re.sub('\\[[0-9]*\\]$', '', kind) %}
    {% if kind in ('VARCHAR', 'JSON') %}
        {% set list = 'try_cast(try_cast(' ~ expression ~ ' as json) as varchar[])' %}
    {% elif kind == '"NULL"'
        or (item != kind and (item in ('VARCHAR', 'JSON', '"NULL"') or item.startswith('ENUM('))) %}
        {% set list = 'cast(to_json(' ~ expression ~ ') as varchar[])' %}
    {% else %}
        {% do return(none) %}
    {% endif %}
    {% set lower = [] %}
    {% for key in keys %}{% do lower.append(sluice.literal(key | lower)) %}{% endfor %}
    {% set others = 'list_transform(' ~ list ~ ', lambda name: lower(name))' %}
    {% if lower %}
        {% set others = 'list_filter(' ~ others ~ ', lambda name: name not in (' ~ lower | join(', ') ~ '))' %}
    {% endif %}
    {% set names = 'list_sort(list_distinct(' ~ others ~ "), 'asc')" %}
    {% if kind not in ('VARCHAR', 'JSON') %}{% do return(names) %}{% endif %}
    {% set text = 'cast(' ~ expression ~ ' as varchar)' %}
    {% do return('coalesce(' ~ names ~ ', case when trim(' ~ text ~ ") <> 'null' then ['_sluice_no_list', " ~ text
        ~ '] end)') %}
{% endmacro %}


{% macro duckdb__update_names(batch, names) %}
    select _sluice_name as name
    from (select distinct unnest(_sluice_set) as _sluice_name from {{ batch }}) as _sluice_names
    where _sluice_name not in (
        {%- for name in names %}{{ sluice.literal(name) }}{{ ', ' if not loop.last }}{% endfor -%}
    )
    order by _sluice_name asc
    limit 10
{% endmacro %}


{% macro duckdb__null_within_condition(expression) %}
    {# The words of its JSON: what is a text stands in quotation marks. #}
    {% set words = 'regexp_extract_all(cast(to_json(' ~ expression ~ ') as varchar), '
        ~ sluice.literal('"(?:[^"\\\\]|\\\\.)*"|[^][{}:,]+') ~ ')' %}
    {% do return('coalesce(list_contains(' ~ words ~ ", 'null'), false)") %}
{% endmacro %}
