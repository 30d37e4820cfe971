{% macro staged_events(options, columns, sql) %}
    {# One row a change event: the target's columns, its sequence and what it does. What a delete or a truncate
       carries beside its key is nobody's value, so it is dropped: copies of it are then equal. #}
    {% set operation = [] %}
    {% for name, condition in [('TRUNCATE', options.truncates), ('DELETE', options.deletes)] if condition %}
        {% do operation.append('when ' ~ condition ~ " then '" ~ name ~ "'") %}
    {% endfor %}
    select
        {%- for name in options.output %}
        {%- set quoted = sluice.quote(name) %}
        {%- if name in options['keys'] and options.truncates %}
        case when _sluice_operation <> 'TRUNCATE' then {{ quoted }} end as {{ quoted }},
        {%- elif name not in options['keys'] and operation %}
        case when _sluice_operation = 'UPSERT' then {{ quoted }} end as {{ quoted }},
        {%- else %}
        {{ quoted }},
        {%- endif %}
        {%- endfor %}
        _sluice_sequence,
        _sluice_operation
    from (
        select
            {{ sluice.quoted(options.output) | join(', ') }},
            {{ sluice.sequence_expression(options.sequence, columns) }} as _sluice_sequence,
            {% if operation -%}
            case {{ operation | join(' ') }} else 'UPSERT' end as _sluice_operation
            {%- else -%}
            'UPSERT' as _sluice_operation
            {%- endif %}
        from (
            {{ sql }}
        ) as changes
    ) as events
{% endmacro %}
