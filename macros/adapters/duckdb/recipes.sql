{% macro duckdb__debezium_images(relation) %}
    {# A row as a whole becomes JSON first: which columns a bronze table has (payload, schema) depends on the
       files that have landed, and a missing one is then just null. #}
    select *, _sluice_line as _sluice_object
    from (
        -- a delete is known by what was there before, any other event by what is there after it
        select
            _sluice_rescued,
            _sluice_envelope,
            _sluice_envelope ->> '/op' as _sluice_op,
            try_cast(case
                when _sluice_envelope ->> '/op' = 'd' then _sluice_envelope ->> '/before'
                when _sluice_envelope ->> '/op' = 't' then null
                else _sluice_envelope ->> '/after'
            end as json) as _sluice_line
        from (
            select
                to_json(_sluice_landed) as _sluice_row,
                to_json(_sluice_landed) ->> '/_rescued_data' as _sluice_rescued,
                coalesce(
                    try_cast(to_json(_sluice_landed) ->> '/payload' as json), to_json(_sluice_landed)
                ) as _sluice_envelope
            from (select * from {{ relation }}) as _sluice_landed
        ) as _sluice_envelopes
        -- the tombstone that follows a delete says nothing new: a null line, or an envelope of nulls
        where _sluice_envelope ->> '/op' is not null
            or case
                when _sluice_rescued is not null
                    then coalesce(
                        trim(try_cast(_sluice_rescued as json) ->> '/_corrupt_record') not in ('', 'null'), true
                    )
                else json_merge_patch(
                    json_merge_patch('{}'::json, _sluice_row), '{"schema": null, "_metadata": null}'::json
                )::varchar <> '{}'
            end
    ) as _sluice_images
{% endmacro %}


{% macro duckdb__debezium_moment_expression(text, kind) %}
    {% set value = 'try_cast(' ~ text ~ ' as bigint)' %}
    {% if kind == 'Date' %}{% do return("try(date '1970-01-01' + " ~ value ~ '::integer)') %}{% endif %}
    {% if kind == 'NanoTimestamp' %}{% do return('try(make_timestamp_ns(' ~ value ~ '))') %}{% endif %}
    {% set micros = value ~ (' // 1000' if kind == 'NanoTime' else '' if kind.startswith('Micro') else ' * 1000') %}
    {% do return('try(make_timestamp(' ~ micros ~ ')' ~ ('::time' if kind.endswith('Time') else '') ~ ')') %}
{% endmacro %}


{% macro duckdb__debezium_part_expression(steps, type) %}
    {% set value = namespace(sql='_sluice_envelope') %}
    {% for step in steps %}
        {% set value.sql = value.sql ~ ' ->> ' ~ sluice.duckdb_json_pointer(step) %}
        {% if not loop.last %}{% set value.sql = 'try_cast(' ~ value.sql ~ ' as json)' %}{% endif %}
    {% endfor %}
    {% do return('try_cast(' ~ value.sql ~ ' as ' ~ type ~ ')') %}
{% endmacro %}
