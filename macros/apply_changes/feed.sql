{% macro staged_events(options, columns, sql) %}
    {# One row a change event: the target's columns, its sequence, what it does, and which columns it sets where that
       is told. What a delete or a truncate carries beside its key, and what an event does not set, is nobody's value,
       so it is dropped: copies are then equal. `changes` is the name by which an option's expression may qualify a
       column of the query; no SQL of ours does. #}
    {% set told = options.columns_to_update %}
    {% set operation = [] %}
    {% for name, condition in [('TRUNCATE', options.truncates), ('DELETE', options.deletes)] if condition %}
        {% do operation.append('when ' ~ condition ~ "\nthen '" ~ name ~ "'") %}
    {% endfor %}
    select
        {%- for name in options.output %}
        {%- set quoted = sluice.quote(name) %}
        {%- if name in options['keys'] and options.truncates %}
        case when _sluice_operation <> 'TRUNCATE' then {{ quoted }} end as {{ quoted }},
        {%- elif name not in options['keys'] and (operation or told) %}
        case
            when _sluice_operation = 'UPSERT'{{ ' and ' ~ sluice.sets_condition(name) if told }} then {{ quoted }}
        end as {{ quoted }},
        {%- else %}
        {{ quoted }},
        {%- endif %}
        {%- endfor %}
        _sluice_sequence,
        _sluice_operation
        {%- if told %},
        case when _sluice_operation = 'UPSERT' then _sluice_set end as _sluice_set
        {%- endif %}
    from (
        select
            {{ sluice.exact_columns(columns, options.output) | join(', ') }},
            {{ sluice.sequence_expression(options.sequence, columns) }} as _sluice_sequence,
            {% if operation -%}
            case {{ operation | join(' ') }} else 'UPSERT' end as _sluice_operation
            {%- else -%}
            'UPSERT' as _sluice_operation
            {%- endif %}
            {%- if told %},
            {{ sluice.update_list_expression(
                sluice.quote(told), sluice.find_column(columns, told).dtype, options['keys']
            ) }} as _sluice_set
            {%- endif %}
        from (
            {{ sql }}
        ) as changes
    ) as _sluice_events
{% endmacro %}


{% macro contract_query(options, columns, sql) %}
    {# A query with the columns that the target gets from this feed, for a contract to be held against. #}
    {% set selected = sluice.quoted(options.output) %}
    {% for name in [options.start_at, options.end_at] if options.scd_type == 2 %}
        {% do selected.append(sluice.sequence_expression(options.sequence, columns) ~ ' as ' ~ sluice.quote(name)) %}
    {% endfor %}
    {% for name in sluice.system_time_columns() if options.system_time %}
        {% do selected.append('cast(null as ' ~ dbt.type_timestamp() ~ ') as ' ~ name) %}
    {% endfor %}
    {% do return('select ' ~ selected | join(', ') ~ ' from (\n' ~ sql ~ '\n) as changes') %}
{% endmacro %}
