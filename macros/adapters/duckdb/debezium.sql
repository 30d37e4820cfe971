{% macro duckdb__changes_from_debezium(relation, columns, parts, schema_evolution) %}
    {# A row as a whole becomes JSON first: which columns a bronze table has (payload, schema) depends on the
       files that have landed, and a missing one is then just null. #}
    {% set names = columns.keys() | list %}
    {% set other_fields = "list_filter(json_keys(line), lambda field: field not in " ~ sluice.duckdb_list(names) ~ ")" %}
    {% set misfits = [] %}
    {% for name in names %}
        {% do misfits.append('not ' ~ sluice.duckdb_debezium_fits(loop.index, name, columns[name])) %}
    {% endfor %}
    {% if schema_evolution == 'rescue' %}{% do misfits.append('len(' ~ other_fields ~ ') > 0') %}{% endif %}
    {% set whole %}(
    -- Debezium envelopes, with and without the wrapper of schema and payload
    with envelopes as (
        select
            to_json(landed) as landed,
            to_json(landed) ->> '/_rescued_data' as rescued,
            coalesce(try_cast(to_json(landed) ->> '/payload' as json), to_json(landed)) as envelope
        from (select * from {{ relation }}) as landed
    ),

    -- a delete is known by what was there before, any other event by what is there after it
    images as (
        select
            rescued,
            envelope,
            envelope ->> '/op' as op,
            try_cast(case
                when envelope ->> '/op' = 'd' then envelope ->> '/before'
                when envelope ->> '/op' = 't' then null
                else envelope ->> '/after'
            end as json) as line
        from envelopes
        -- the tombstone that follows a delete says nothing new: a null line, or an envelope of nulls
        where envelope ->> '/op' is not null
            or case
                when rescued is not null
                    then coalesce(trim(try_cast(rescued as json) ->> '/_corrupt_record') not in ('', 'null'), true)
                else json_merge_patch(json_merge_patch('{}'::json, landed), '{"schema": null, "_metadata": null}'::json)::varchar
                    <> '{}'
            end
    ),

    parsed as (
        select
            *,
            json_extract_string(line, [
                {%- for name in names %}{{ sluice.duckdb_json_pointer(name) }}{{ ', ' if not loop.last }}{% endfor -%}
            ]::varchar[]) as fields
        from images
    ),

    typed as (
        select
            *
            {%- for name in names %},
            {{ sluice.duckdb_debezium_field(loop.index, name, columns[name]) }} as field_{{ loop.index }}
            {%- endfor %}
        from parsed
    )

    select
        {%- for name in names %}
        case when {{ sluice.duckdb_debezium_fits(loop.index, name, columns[name]) }} then field_{{ loop.index }} end as {{ sluice.quote(name) }},
        {%- endfor %}
        case
            when not ({{ misfits | join(' or ') }}) or line is null then rescued
            else json_merge_patch(
                coalesce(try_cast(rescued as json), '{}'::json),
                to_json(map_from_entries(list_filter([
                    {%- for name in names %}
                    {'k': {{ sluice.literal(name) }}, 'v': case when {{ misfits[loop.index0] }} then json_extract(line, {{ sluice.duckdb_json_pointer(name) }}) end}
                    {{- ',' if not loop.last }}
                    {%- endfor %}
                ], lambda field: field.v is not null)
                {%- if schema_evolution == 'rescue' %} || list_transform({{ other_fields }}, lambda field: {
                    'k': field, 'v': json_extract(line, '/' || replace(replace(field, '~', '~0'), '/', '~1'))
                }){% endif %}))
            )::varchar
        end as _rescued_data,
        op as __op
        {%- for path, part in parts.items() %},
        {{ sluice.duckdb_debezium_part(path, part.type) }} as {{ sluice.quote(part.name) }}
        {%- endfor %}
    from typed
){% endset %}
    {% do return(whole) %}
{% endmacro %}


{% macro duckdb_debezium_fits(number, name, type) %}
    {% do return(sluice.duckdb_fits({'format': 'json'}, number, name, 'TIMESTAMP' if type in sluice.debezium_types() else type)) %}
{% endmacro %}


{% macro duckdb_debezium_field(number, name, type) %}
    {% if type not in sluice.debezium_types() %}{% do return(sluice.duckdb_typed_field(number, name, type)) %}{% endif %}
    {% set kind = type.split('.')[-1] %}
    {% set value = 'try_cast(fields[' ~ number ~ '] as bigint)' %}
    {% if kind == 'Date' %}{% do return("try(date '1970-01-01' + " ~ value ~ '::integer)') %}{% endif %}
    {% if kind == 'NanoTimestamp' %}{% do return('try(make_timestamp_ns(' ~ value ~ '))') %}{% endif %}
    {% set value = value ~ (' // 1000' if kind == 'NanoTime' else '' if kind.startswith('Micro') else ' * 1000') %}
    {% do return('try(make_timestamp(' ~ value ~ ')' ~ ('::time' if kind.endswith('Time') else '') ~ ')') %}
{% endmacro %}


{% macro duckdb_debezium_part(path, type) %}
    {# A block of the envelope may be JSON or its text. #}
    {% set steps = path.split('.') %}
    {% set value = namespace(sql='envelope') %}
    {% for step in steps %}
        {% set value.sql = value.sql ~ ' ->> ' ~ sluice.duckdb_json_pointer(step) %}
        {% if not loop.last %}{% set value.sql = 'try_cast(' ~ value.sql ~ ' as json)' %}{% endif %}
    {% endfor %}
    {% do return('try_cast(' ~ value.sql ~ ' as ' ~ type ~ ')') %}
{% endmacro %}
