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


{% macro duckdb__debezium_value_expression(text, kind, type) %}
    {% if kind == 'Json' %}{% do return('try_cast(' ~ text ~ ' as json)') %}{% endif %}
    {% if kind == 'Bytes' %}{% do return('try(from_base64(' ~ text ~ '))') %}{% endif %}
    {% if kind == 'Decimal' %}{% do return(sluice.duckdb_decimal_of_bytes(text, type)) %}{% endif %}
    {# make_timestamp() and + make values that DuckDB cannot show, and that end the process when it tries: so there are
       bounds, and what Debezium sends for infinity is told by its number. #}
    {% set value = 'try_cast(' ~ text ~ ' as bigint)' %}
    {% if kind == 'Date' %}
        {% do return('case ' ~ value ~ " when 2147483647 then date 'infinity' when -2147483648 then date '-infinity' "
            ~ "else case when abs(" ~ value ~ ") <= 2147483646 then date '1970-01-01' + try_cast(" ~ value
            ~ ' as integer) end end') %}
    {% endif %}
    {% if kind.endswith('Time') %}
        {% set unit = {'NanoTime': ' // 1000', 'MicroTime': ''}.get(kind, ' * 1000') %}
        {% set micros = 'try(' ~ value ~ unit ~ ')' %}
        {% do return('case when ' ~ micros ~ ' between 0 and 86399999999'
            ~ (' and ' ~ value ~ ' % 1000 = 0' if kind == 'NanoTime' else '')
            ~ ' then make_timestamp(' ~ micros ~ ')::time end') %}
    {% endif %}
    {% if kind == 'NanoTimestamp' %}
        {% do return('case ' ~ value ~ " when 9223372036854775807 then timestamp_ns 'infinity' "
            ~ "when -9223372036854775808 then timestamp_ns '-infinity' else try(make_timestamp_ns(case when abs("
            ~ value ~ "::hugeint) <= 9223286400000000000 then " ~ value ~ ' end)) end') %}
    {% endif %}
    {% set micros = 'try(' ~ value ~ ('' if kind == 'MicroTimestamp' else ' * 1000') ~ ')' %}
    {% do return('case when ' ~ value ~ " in (9223372036825200000, 9223372036854775807) then timestamp 'infinity' when "
        ~ value ~ " in (-9223372036832400000, -9223372036854775808) then timestamp '-infinity' when " ~ micros
        ~ ' between -9223372022400000000 and 9223372036854775806 then make_timestamp(' ~ micros ~ ') end') %}
{% endmacro %}


{% macro duckdb_decimal_of_bytes(text, type) %}
    {# A number in base64: two's complement, unscaled. A negative one is the complement of its digits, less one. #}
    {% set hex = 'hex(try(from_base64(' ~ text ~ ')))' %}
    {% set is_negative = hex ~ " >= '8'" %}
    {% set size = 'case when ' ~ is_negative ~ ' then translate(' ~ hex
        ~ ", '0123456789ABCDEF', 'FEDCBA9876543210') else " ~ hex ~ ' end' %}
    {% set number = sluice.duckdb_number_of_hex(size) %}
    {% set scale = modules.re.search(',([0-9]+)', type).group(1) | int %}
    {% set digits = 'lpad((' ~ number ~ ' + case when ' ~ is_negative
        ~ ' then 1 else 0 end)::varchar, greatest(' ~ (scale + 1) ~ ', len((' ~ number
        ~ " + 1)::varchar))::integer, '0')" %}
    {% do return('try_cast(case when ' ~ is_negative ~ " then '-' else '' end || " ~ (
        digits if not scale else digits ~ '[:-' ~ (scale + 1) ~ "] || '.' || " ~ digits ~ '[-' ~ scale ~ ':]'
    ) ~ ' as ' ~ type ~ ')') %}
{% endmacro %}


{% macro duckdb_number_of_hex(text) %}
    {# A number below 2^127 in hexadecimal digits, in three parts of 60 bits, for DuckDB 1.5 reads no longer ones; null
       for what has more than 32 digits. #}
    {% set parts = [] %}
    {% for part, worth in {'[1:15]': 2 ** 120, '[16:30]': 2 ** 60, '[31:45]': 1}.items() %}
        {% set number = "try_cast('0x' || lpad(" ~ text ~ ", 45, '0')" ~ part ~ ' as bigint)' %}
        {% do parts.append(number ~ '::hugeint * ' ~ worth ~ '::hugeint') %}
    {% endfor %}
    {% do return('case when len(' ~ text ~ ') <= 32 then ' ~ parts | join(' + ') ~ ' end') %}
{% endmacro %}


{% macro duckdb__position_expression(kind, text) %}
    {% if kind == 'mysql_file' %}
        {# More than the six digits that MySQL begins with have a letter before them, which comes after all digits:
           a1000000, b10000000. #}
        {% set number = "regexp_extract(" ~ text ~ ", '[.]0*([0-9]+)$', 1)" %}
        {% do return("case when regexp_matches(" ~ text ~ ", '[.][0-9]+$') then regexp_extract(" ~ text
            ~ ", '^(.*[.])[0-9]+$', 1) || case when len(" ~ number ~ ') <= 6 then lpad(' ~ number
            ~ ", 6, '0') else chr((90 + len(" ~ number ~ '))::integer) || ' ~ number ~ ' end else ' ~ text ~ ' end') %}
    {% elif kind == 'number' %}
        {% do return("case when regexp_full_match(trim(" ~ text ~ "), '[+-]?[0-9]+') then try_cast(" ~ text
            ~ ' as decimal(38, 0)) end') %}
    {% elif kind == 'hexadecimal' %}
        {# Parts between colons, slashes or dashes, each as wide as the widest that a database writes. #}
        {% set parts = "regexp_split_to_array(lower(regexp_replace(trim(" ~ text ~ "), '^0[xX]', '')), '[:/-]')" %}
        {% do return("case when regexp_full_match(trim(" ~ text
            ~ "), '(0[xX])?[0-9A-Fa-f]{1,40}([:/-][0-9A-Fa-f]{1,40})*') then array_to_string(list_transform(" ~ parts
            ~ ", lambda _sluice_part: lpad(_sluice_part, 40, '0')), ':') end") %}
    {% endif %}
    {% set parts = "regexp_extract(" ~ text ~ ", '^([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})$', " %}
    {% do return('coalesce(try_cast(' ~ text ~ " as bigint), try_cast('0x' || nullif(" ~ parts
        ~ "1), '') as bigint) * 4294967296 + try_cast('0x' || nullif(" ~ parts ~ "2), '') as bigint))") %}
{% endmacro %}


{% macro duckdb__debezium_part_expression(steps, type) %}
    {% set value = namespace(sql='_sluice_envelope') %}
    {% for step in steps %}
        {% set value.sql = value.sql ~ ' ->> ' ~ sluice.duckdb_json_pointer(step) %}
        {% if not loop.last %}{% set value.sql = 'try_cast(' ~ value.sql ~ ' as json)' %}{% endif %}
    {% endfor %}
    {% do return('try_cast(' ~ value.sql ~ ' as ' ~ type ~ ')') %}
{% endmacro %}
