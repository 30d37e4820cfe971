{% macro spark__truncated_events(deduplicated, events, type) %}
    select
        _sluice_deduplicated.*,
        array_min(filter(
            (
                select collect_set(_sluice_sequence)
                from {{ events }} as _sluice_truncates
                where _sluice_operation = 'TRUNCATE'
            ),
            truncated_at -> truncated_at >= _sluice_deduplicated._sluice_sequence
        )) as _sluice_truncated_at
    from ({{ deduplicated }}) as _sluice_deduplicated
{% endmacro %}


{% macro spark__last_value_expression(expression) %}
    {% do return('last_value(' ~ expression ~ ', true)') %}
{% endmacro %}


{% macro spark__same_as_previous_condition(expressions, window) %}
    {# A struct is never null, so a key's first event, whose lag is null, continues nothing. #}
    {% set this_row = 'struct(' ~ expressions | join(', ') ~ ')' %}
    {% do return('lag(' ~ this_row ~ ') over (' ~ window ~ ') <=> ' ~ this_row) %}
{% endmacro %}


{% macro spark__evaluated_once(name, query) %}
    {# Spark puts the query in the place of each name, so its rows are staged. #}
    {% do return(name ~ ' as (select * from ' ~ sluice.stage_table('rows', query) ~ ')') %}
{% endmacro %}


{% macro spark__write_statements(target, columns, identity, changes) %}
    {# One statement, for each is committed by itself. #}
    {% set names = sluice.quoted(columns | map(attribute='name')) %}
    {% set sets = [] %}
    {% for name in names %}{% do sets.append(name ~ ' = _sluice_changes.' ~ name) %}{% endfor %}
    {% set merge %}
        merge into {{ target }} as _sluice_target
        using {{ changes }} as _sluice_changes
            on {{ sluice.same_rows_condition(columns, identity, '_sluice_target', '_sluice_changes') }}
        when matched and _sluice_changes._sluice_change = 'delete' then delete
        when matched then update set {{ sets | join(', ') }}
        when not matched and _sluice_changes._sluice_change <> 'delete' then
            insert ({{ names | join(', ') }}) values (_sluice_changes.{{ names | join(', _sluice_changes.') }})
    {% endset %}
    {% do return([merge]) %}
{% endmacro %}


{% macro spark__update_list_expression(expression, type, keys) %}
    {% set kind = type | lower %}
    {% if kind not in ('string', 'array<string>') %}{% do return(none) %}{% endif %}
    {% set list = expression if kind != 'string' else 'from_json(' ~ expression ~ ", 'array<string>')" %}
    {% set lower = [] %}
    {% for key in keys %}{% do lower.append(sluice.literal(key | lower)) %}{% endfor %}
    {% set others = 'transform(' ~ list ~ ', name -> lower(name))' %}
    {% if lower %}
        {% set others = 'filter(' ~ others ~ ', name -> name not in (' ~ lower | join(', ') ~ '))' %}
    {% endif %}
    {% set names = 'array_sort(array_distinct(' ~ others ~ '))' %}
    {% if kind != 'string' %}{% do return(names) %}{% endif %}
    {% set is_list = 'coalesce(json_array_length(' ~ expression ~ '), -1) >= 0' %}
    {% do return('case when ' ~ is_list ~ ' then ' ~ names ~ ' when trim(' ~ expression
        ~ ") <> 'null' then array('_sluice_no_list', " ~ expression ~ ') end') %}
{% endmacro %}


{% macro spark__update_names(batch, names) %}
    select _sluice_name as name
    from (select distinct explode(_sluice_set) as _sluice_name from {{ batch }}) as _sluice_names
    where _sluice_name not in (
        {%- for name in names %}{{ sluice.literal(name) }}{{ ', ' if not loop.last }}{% endfor -%}
    )
    order by _sluice_name asc
    limit 10
{% endmacro %}


{% macro spark__null_within_condition(expression) %}
    {# The words of its JSON: what is a text stands in quotation marks. #}
    {% set words = 'regexp_extract_all(' ~ sluice.spark_whole_json(expression) ~ ', '
        ~ sluice.literal('"(?:[^"\\\\]|\\\\.)*"|[^\\]\\[{}:,]+') ~ ', 0)' %}
    {% do return('coalesce(array_contains(' ~ words ~ ", 'null'), false)") %}
{% endmacro %}
