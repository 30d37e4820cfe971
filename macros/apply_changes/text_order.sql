{% macro text_order_warnings(options, new, kept) %}
    {# Warnings, said and as events of the log. Texts sort letter by letter, so 10 comes before 9. Told where the new
       events, or those kept of their keys, show it: a part that is text, and two values of it that their numbers would
       order the other way round. #}
    {% set warnings = [] %}
    {% for part in sluice.sequence_parts(options, new) if sluice.type_family(part.dtype) == 'text' %}
        {% set query %}
            select
                length({{ part.value }}) as num_letters,
                min({{ part.value }}) as lowest,
                max({{ part.value }}) as greatest
            from (
                select _sluice_sequence from {{ new }} as _sluice_new_sequences
                {%- if kept %}
                union all
                select _sluice_sequence from {{ kept }} as _sluice_known_sequences
                {%- endif %}
            ) as _sluice_sequences
            group by 1
            order by 1 asc
            limit 20
        {% endset %}
        {% set example = sluice.misordered_texts(sluice.query_rows(query)) %}
        {% if example %}
            {% do warnings.append(sluice.flow_warning(
                model.name ~ ": sequence_by '" ~ part.name ~ "' is text (" ~ part.dtype ~ "), and in the order of "
                ~ "texts '" ~ example[0] ~ "' comes before '" ~ example[1] ~ "'. Way out: "
                ~ sluice.text_order_advice(part.name, example)
                ~ ' as a column of the query, and that as sequence_by.',
                {'sequence_by': part.name}
            )) %}
        {% endif %}
    {% endfor %}
    {% do return(warnings) %}
{% endmacro %}


{% macro misordered_texts(lengths) %}
    {# The first two texts, lower one first, that sort otherwise than they are meant, or none; from the lowest and the
       greatest of each length. #}
    {% for short in lengths %}
        {% if sluice.is_meant_before(short.greatest, short.lowest) and short.lowest != short.greatest %}
            {% do return([short.lowest, short.greatest]) %}
        {% endif %}
        {% for long in lengths[loop.index:] %}
            {% for a in (short.greatest, short.lowest) %}
                {% for b in (long.lowest, long.greatest) %}
                    {% set low, high = ([a, b] if a < b else [b, a]) %}
                    {% if sluice.is_meant_before(high, low) %}{% do return([low, high]) %}{% endif %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro is_meant_before(high, low) %}
    {# Whether the greater of two texts is the earlier one, as a person reads them: dates by their years, what has
       digits by its numbers. Two moments of ISO 8601 that end in a zone are in order only if they are of one length. #}
    {% set iso = '[0-9]{4}-[0-9]{2}-[0-9]{2}' %}
    {% set day = '[0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{4})' %}
    {% if modules.re.match(iso, high) and modules.re.match(iso, low) %}
        {% set zoned = iso ~ '[T ][0-9:.,]+ ?([Zz]|[+-][0-9:]+)$' %}
        {% do return(high | length != low | length
            and modules.re.match(zoned, high) is not none and modules.re.match(zoned, low) is not none) %}
    {% endif %}
    {% set dates = [modules.re.match(day, high), modules.re.match(day, low)] %}
    {% if dates[0] and dates[1] and dates[0].group(1) != dates[1].group(1) %}
        {% do return(dates[0].group(1) < dates[1].group(1)) %}
    {% elif high | length == low | length %}
        {% do return(false) %}
    {% endif %}
    {% set decimal = '[0-9]+([.][0-9]+)?$' %}
    {% if modules.re.match(decimal, high) and modules.re.match(decimal, low) and '.' in high ~ low %}
        {% do return(high | float < low | float) %}
    {% endif %}
    {% set digits = sluice.digits_of(high, low) %}
    {% set keys = [] %}
    {% for text in (high, low) %}
        {% set numbers = [] %}
        {% for run in modules.re.findall('0x|[' ~ digits ~ ']+|[^' ~ digits ~ ']+', text | lower) %}
            {% do numbers.append(run.zfill(64) if modules.re.match('[' ~ digits ~ ']+$', run) else run) %}
        {% endfor %}
        {% do keys.append(numbers | join) %}
    {% endfor %}
    {% do return(keys[0] < keys[1]) %}
{% endmacro %}


{% macro digits_of(high, low) %}
    {# The digits of two texts, as a range of a pattern: hexadecimal ones where the texts look like it, with 0x, or
       numbers between slashes or colons. #}
    {% set hexadecimal = '(0[xX][0-9A-Fa-f]+|[0-9A-Fa-f]+([/:][0-9A-Fa-f]+)+)$' %}
    {% set found = modules.re.match(hexadecimal, high) and modules.re.match(hexadecimal, low) %}
    {% do return('0-9a-f' if found else '0-9') %}
{% endmacro %}


{% macro text_order_advice(part, example) %}
    {# SQL that orders texts like these as they are meant. #}
    {% set part = part if modules.re.match('[A-Za-z_][A-Za-z0-9_]*$', part) else sluice.quote(part) %}
    {% set helper = "{{ sluice.log_position('" ~ part ~ "', '" %}
    {% set patterns = {
        '[0-9]+$': helper ~ "number') }}",
        '[0-9.]+$': 'try_cast(' ~ part ~ ' as double)',
        '[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}$': helper ~ "postgres_lsn') }}",
        '(0[xX])?[0-9A-Fa-f]+([:/-][0-9A-Fa-f]+)*$': helper ~ "hexadecimal') }}",
        '[0-9]{4}-[0-9]{2}-[0-9]{2}': 'try_cast(' ~ part ~ ' as timestamptz)',
        '[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}':
            'strptime(' ~ part ~ ", '%m/%d/%Y') with the format that it has, or a cast,",
        '.*[.][0-9]+$': helper ~ "mysql_file') }}",
    } %}
    {% for pattern, advice in patterns.items()
        if modules.re.match(pattern, example[0]) and modules.re.match(pattern, example[1]) %}
        {% do return(advice) %}
    {% endfor %}
    {% do return('the numbers in it, try_cast(regexp_extract(' ~ part ~ ", '[0-9]+$') as bigint) for the last one,") %}
{% endmacro %}
