{# PUBLIC: changes_from_dms #}

{% macro changes_from_dms(relation, sequence, full_load=none, operation='Op') %}
    {# Rows of AWS DMS files with __op (I, U or D) and a column for each part of the sequence, `__` before its name.
       Full-load files have no Op, and often no sequence: their rows are inserts, older than every change. #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set parts = [sequence] if sequence is string else sequence %}
    {% set lowest = [full_load] if full_load is string else full_load %}
    {% set errors = [] %}
    {% if not parts or parts is mapping or parts is not iterable or parts | reject('string') | list %}
        {% do errors.append('sequence must be a column or a list of columns, found: ' ~ tojson(sequence)) %}
    {% elif lowest is not none and (lowest is mapping or lowest is not iterable or lowest | reject('string') | list
        or lowest | length != parts | length) %}
        {% do errors.append('full_load must be an SQL expression for each part of the sequence ([' ~ parts | join(', ')
            ~ ']), lower than any that a change has, found: ' ~ tojson(full_load)) %}
    {% endif %}
    {% if operation is not string or not operation %}
        {% do errors.append('operation must be the name of the column with I, U and D, found: ' ~ operation) %}
    {% endif %}
    {% do sluice.raise_errors('changes_from_dms() error', errors) %}
    {% set op = sluice.quote(operation) %}
    {% set changes %}(
    -- rows of AWS DMS; a line that could not be read whole is no insert for want of an operation
    select
        _sluice_landed.*,
        case
            when {{ op }} is not null then upper({{ op }})
            when _rescued_data is null then 'I'
        end as __op
        {%- for part in parts %},
        {% if lowest -%}
        case
            when {{ op }} is null then coalesce({{ sluice.quote(part) }}, {{ lowest[loop.index0] }})
            else {{ sluice.quote(part) }}
        end
        {%- else -%}
        {{ sluice.quote(part) }}
        {%- endif %} as {{ sluice.quote('__' ~ part) }}
        {%- endfor %}
    from (select * from {{ relation }}) as _sluice_landed
){% endset %}
    {% do return(changes) %}
{% endmacro %}
