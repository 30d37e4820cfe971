{% macro typed_records(objects, fields) %}
    {# Text > value > fits, for a query of JSON objects (_sluice_line, _sluice_object) and fields (see typed_field()).
       Beside the query's columns: _sluice_texts (null where there is no object), and for each field its value and
       whether that says all that the text says. #}
    {% set placed = fields | selectattr('placed') | list %}
    with _sluice_parsed as (
        select
            *,
            {{ sluice.json_texts('_sluice_object', fields | map(attribute='name') | list) }} as _sluice_texts
        from (
            {{ objects }}
        ) as _sluice_objects
    ),
    {%- if placed %}

    _sluice_placed as (
        select
            *
            {%- for field in placed %},
            case when _sluice_texts is not null then {{ field.placed }} end as {{ field.text }}
            {%- endfor %}
        from _sluice_parsed
    ),
    {%- endif %}

    _sluice_typed as (
        select
            *
            {%- for field in fields %},
            {{ field.typed or sluice.typed_expression(field) }} as {{ field.value }}
            {%- endfor %}
        from {{ '_sluice_placed' if placed else '_sluice_parsed' }}
    )

    select
        *
        {%- for field in fields %},
        {{ sluice.fit_condition(field) }} as {{ field.fits }}
        {%- endfor %}
    from _sluice_typed
{% endmacro %}


{% macro typed_field(number, name, type, format) %}
    {# A field of a record, from 1 on: 'text', 'value' and 'fits' are the SQL of what typed_records() yields of it,
       'json' is its value as it stands in the line, 'format' that of its file (in CSV all values are texts). `typed`
       and `placed` (the SQL of the value, and of the text) are for fields whose value is not a cast, or whose text is
       not the line's; 'hidden' is true where the line says something else. #}
    {% do return({
        'name': name,
        'type': type,
        'family': sluice.type_family(type),
        'format': format,
        'text': sluice.list_element('_sluice_texts', number),
        'value': '_sluice_value_' ~ number,
        'fits': '_sluice_fits_' ~ number,
        'json': sluice.json_value('_sluice_line', name),
        'typed': none,
        'placed': none,
        'hidden': none,
    }) %}
{% endmacro %}


{% macro typed_columns(fields) %}
    {# The select list of the fields' columns: values that fit, else null. Ends in a comma. #}
    {%- for field in fields %}
        case when {{ field.fits }} then {{ field.value }} end as {{ sluice.quote(field.name) }},
    {%- endfor %}
{% endmacro %}


{% macro typed_expression(field) %}
    {# The text of a field as a value of its type, or null. #}
    {% set text = field.text %}
    {% if field.family == 'text' %}{% do return(text) %}{% endif %}
    {% set value = sluice.value_of_text(text, field.type) %}
    {# A text that is an object or a list is that, also where it stands in quotation marks, as databases send it; any
       other text is a JSON string. In CSV there are texts only. #}
    {% if field.family == 'json' and field.format != 'csv' %}
        {% do return('case when ' ~ text ~ ' is null then null when substr(ltrim(' ~ text
            ~ "), 1, 1) in ('{', '[') then coalesce(" ~ value ~ ', ' ~ field.json ~ ') else ' ~ field.json ~ ' end') %}
    {% endif %}
    {# Without an offset a moment is UTC, whatever the zone of the session is. #}
    {% set moments = {
        '^ *[0-9]+[-/][0-9]+[-/][0-9]+ *$': ' 00:00:00+00:00',
        '^ *[0-9]+[-/][0-9]+[-/][0-9]+[ T]+[0-9]+:[0-9]+ *$': ':00+00:00',
        '^ *[0-9]+[-/][0-9]+[-/][0-9]+[ T]+[0-9]+:[0-9]+:[0-9.]+ *$': '+00:00',
    } if field.family == 'timestamp_with_zone' else {
        '^ *[0-9]+:[0-9]+ *$': ':00+00:00',
        '^ *[0-9]+:[0-9]+:[0-9.]+ *$': '+00:00',
    } if field.family == 'time_with_zone' else {} %}
    {% if not moments %}{% do return(value) %}{% endif %}
    {% set cases = [] %}
    {% for pattern, rest in moments.items() %}
        {% do cases.append('when ' ~ sluice.pattern_condition(text, pattern) ~ ' then '
            ~ sluice.value_of_text('concat(trim(' ~ text ~ '), ' ~ sluice.literal(rest) ~ ')', field.type)) %}
    {% endfor %}
    {% do return('case ' ~ cases | join(' ') ~ ' else ' ~ value ~ ' end') %}
{% endmacro %}


{% macro value_of_text(text, type) %}
    {# A text as a value of a type, or null where it is none. It may be lenient: see fit_condition(). #}
    {% do return(adapter.dispatch('value_of_text', 'sluice')(text, type)) %}
{% endmacro %}

{% macro default__value_of_text(text, type) %}
    {# Nested types as JSON, for a text cannot become a map. #}
    {% set value = 'try_cast(' ~ text ~ ' as ' ~ sluice.type_json() ~ ')' if sluice.type_family(type) == 'nested'
        else text %}
    {% do return('try_cast(' ~ value ~ ' as ' ~ type ~ ')') %}
{% endmacro %}


{% macro fit_condition(field) %}
    {# True where the value of a field says all that its text says. Casts round and guess (1.5 to an integer, yes to a
       boolean): what does not read back the same is no fit. A number is text as well (as in Lakeflow), an object or a
       list is not. #}
    {% set text, value = field.text, field.value %}
    {% set as_text = 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' %}
    {% if field.family == 'text' %}
        {# A case looks at the line once more for the few texts that may be an object or a list; an or would for all. #}
        {% do return("case when substr(" ~ text ~ ", 1, 1) in ('{', '[') then "
            ~ sluice.json_string_condition('_sluice_line', field.name) ~ ' else true end') %}
    {% elif field.family == 'json' and not sluice.may_misfit(field) %}
        {% do return('true') %}
    {% elif field.typed %}
        {# What does not say all is made null there. #}
        {% do return('(' ~ value ~ ' is not null or ' ~ text ~ ' is null)') %}
    {% elif field.family in ('boolean', 'date') or (field.family == 'whole' and field.format == 'csv') %}
        {% do return('coalesce(' ~ as_text ~ ' = ' ~ text ~ ', ' ~ text ~ ' is null)') %}
    {% elif field.family == 'whole' %}
        {# 2.0 and 7E+3 are whole numbers, as JSON numbers they are equal to 2 and 7000; as texts they are not. #}
        {% do return('case when ' ~ text ~ ' is null then true when ' ~ value ~ ' is null then false when '
            ~ as_text ~ ' = ' ~ text ~ ' then true when ' ~ sluice.pattern_condition(text, '^-?[0-9]+[.]0+$')
            ~ ' then not ' ~ sluice.json_string_condition('_sluice_line', field.name)
            ~ ' and ' ~ sluice.exact_number_condition('_sluice_line', text, value) ~ ' else false end') %}
    {% elif field.family == 'nested' %}
        {% set same = sluice.same_nested_condition(field.type, value, text) %}
    {% elif field.family == 'decimal' %}
        {% set same = sluice.same_decimal_condition(field) %}
    {% elif field.family == 'float' %}
        {% set same = sluice.same_float_condition(value, text) %}
    {% elif field.family in ('timestamp', 'timestamp_with_zone') %}
        {% set same = sluice.same_moment_condition(field) %}
    {% elif field.family in ('time', 'time_with_zone') %}
        {% set same = sluice.pattern_condition(text, '^ *[0-9]+:[0-9]+(:[0-9]+([.][0-9]{0,'
            ~ sluice.timestamp_digits(field.type) ~ '}0*)?)?'
            ~ ('([zZ]|[+-][0-9:]+)?' if field.family == 'time_with_zone' else '') ~ ' *$') %}
    {% elif field.family == 'interval' %}
        {# An offset or a zone behind a time, and decimals beyond its own. #}
        {% set same = 'not ' ~ sluice.pattern_condition(
            text, ':[0-9.]+ *([+-][0-9:]+$|[A-Za-z])|[.][0-9]{6}[0-9]*[1-9]') %}
    {% else %}
        {% set same = 'true' %}
    {% endif %}
    {% do return(
        'case when ' ~ text ~ ' is null then true when ' ~ value ~ ' is null then false else ' ~ same ~ ' end'
    ) %}
{% endmacro %}


{% macro may_misfit(field) %}
    {# Whether there are values that do not fit the type of a field: every JSON value is one. #}
    {% do return(field.family != 'json' or field.format == 'csv' or field.typed is not none) %}
{% endmacro %}


{% macro same_decimal_condition(field) %}
    {# Equal as text, or as numbers of at most 12 decimals. #}
    {% set text, value = field.text, field.value %}
    {% set plain = sluice.pattern_condition(text, '^[^.eE]*([.][0-9]{0,12}0*)?([eE][+]?[0-9]+)?$') %}
    {% set same = '(cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ') = ' ~ text ~ ' or (' ~ plain ~ ' and coalesce('
        ~ 'try_cast(' ~ value ~ ' as decimal(38, 12)) = try_cast(' ~ text ~ ' as decimal(38, 12)), false)))' %}
    {% do return(same if field.format == 'csv'
        else same ~ ' and ' ~ sluice.exact_number_condition('_sluice_line', text, value)) %}
{% endmacro %}


{% macro exact_number_condition(line, text, value) %}
    {# A JSON number comes by way of a double: where neither its text stands in the line nor a number with an exponent
       that is equal, it was rounded on the way. The first find is nearly always all of a number, but for zeros at the
       end of a fraction. #}
    {% set place = 'instr(' ~ line ~ ', ' ~ text ~ ')' %}
    {% set behind = 'substr(' ~ line ~ ', ' ~ place ~ ' + length(' ~ text ~ ')' %}
    {% set zeros = 'instr(' ~ text ~ ", '.') > 0 and " ~ sluice.pattern_condition(behind ~ ')', '^0+([^0-9eE]|$)') %}
    {% do return('case when ' ~ place ~ ' > 0 and ' ~ behind
        ~ ", 1) not in ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'e', 'E') then true when " ~ place
        ~ ' > 0 and ' ~ zeros ~ ' then true else ' ~ sluice.number_in_line_condition(line, text, value) ~ ' end') %}
{% endmacro %}


{% macro same_float_condition(value, text) %}
    {# No fit: a number beyond the range of the type, or a whole number that the type does not have. #}
    {% set finite = 'abs(cast(' ~ value ~ ' as double)) <= 1.7976931348623157e308' %}
    {% do return(
        '(' ~ finite ~ ' or not ' ~ sluice.pattern_condition(text, '[0-9]') ~ ') and (not '
        ~ sluice.pattern_condition(text, '^-?[0-9]{8,38}$') ~ ' or coalesce('
        ~ sluice.same_whole_number_condition(value, text) ~ ', false))'
    ) %}
{% endmacro %}


{% macro same_whole_number_condition(value, text) %}
    {# True where a floating-point number is exactly the whole number, of 38 digits at most, that a text says. #}
    {% do return(adapter.dispatch('same_whole_number_condition', 'sluice')(value, text)) %}
{% endmacro %}

{% macro default__same_whole_number_condition(value, text) %}
    {# Where a cast to a decimal is exact. #}
    {% do return('try_cast(' ~ value ~ ' as decimal(38, 0)) = try_cast(' ~ text ~ ' as decimal(38, 0))') %}
{% endmacro %}


{% macro same_moment_condition(field) %}
    {# What a cast to a timestamp drops in silence: decimals beyond its own, and an offset or the name of a zone that
       is not UTC where the type has no zone. #}
    {% set lost = ['[.][0-9]{' ~ sluice.timestamp_digits(field.type) ~ '}[0-9]*[1-9]'] %}
    {% if field.family == 'timestamp_with_zone' %}
        {% do return('not ' ~ sluice.pattern_condition(field.text, lost[0] ~ '|[(]')) %}
    {% endif %}
    {% do lost.append(':[0-9.]+ *[+-](0[1-9]|1[0-9]|00:?[0-9]*[1-9])') %}
    {% set zone = ':[0-9.]+ *[A-Za-z]' %}
    {% do return('case when not ' ~ sluice.pattern_condition(field.text, (lost + [zone]) | join('|'))
        ~ ' then true else ' ~ sluice.pattern_condition(field.text, ':[0-9.]+ *([zZ]|(?i:utc|gmt)) *$')
        ~ ' and not ' ~ sluice.pattern_condition(field.text, lost | join('|')) ~ ' end') %}
{% endmacro %}


{% macro number_in_line_condition(line, text, value) %}
    {# True where a line has a number that is this text, or one with an exponent that is equal to this value. #}
    {% do return(adapter.dispatch('number_in_line_condition', 'sluice')(line, text, value)) %}
{% endmacro %}
