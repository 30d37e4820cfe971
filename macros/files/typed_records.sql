{% macro typed_records(objects, fields, format) %}
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
        {{ sluice.fit_condition(field, format) }} as {{ field.fits }}
        {%- endfor %}
    from _sluice_typed
{% endmacro %}


{% macro typed_field(number, name, type) %}
    {# A field of a record, from 1 on: 'text', 'value' and 'fits' are the SQL of what typed_records() yields of it,
       'json' is its value as it stands in the line. `typed` and `placed` (the SQL of the value, and of the text) are
       for fields whose value is not a cast, or whose text is not the line's; 'hidden' is true where the line says
       something else. #}
    {% do return({
        'name': name,
        'type': type,
        'family': sluice.type_family(type),
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
    {% if field.family == 'text' %}{% do return(field.text) %}{% endif %}
    {% if field.family == 'json' %}
        {% do return('case when ' ~ field.text ~ ' is not null then ' ~ field.json ~ ' end') %}
    {% endif %}
    {# As JSON, for a text cannot become a map. #}
    {% if field.family == 'nested' %}
        {% do return('try_cast(try_cast(' ~ field.text ~ ' as ' ~ sluice.type_json() ~ ') as ' ~ field.type ~ ')') %}
    {% endif %}
    {% do return('try_cast(' ~ field.text ~ ' as ' ~ field.type ~ ')') %}
{% endmacro %}


{% macro fit_condition(field, format) %}
    {# True where the value of a field says all that its text says. Casts round and guess (1.5 to an integer, yes to a
       boolean): what does not read back the same is no fit. A number is text as well (as in Lakeflow), an object or a
       list is not. #}
    {% set text, value = field.text, field.value %}
    {% if field.family == 'json' %}{% do return('true') %}{% endif %}
    {% if field.family == 'text' %}
        {# A case looks at the line once more for the few texts that may be an object or a list; an or would for all. #}
        {% do return("case when substr(" ~ text ~ ", 1, 1) in ('{', '[') then "
            ~ sluice.json_string_condition('_sluice_line', field.name) ~ ' else true end') %}
    {% elif field.family in ('whole', 'boolean', 'date') %}
        {% do return(
            'coalesce(cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ') = ' ~ text ~ ', ' ~ text ~ ' is null)'
        ) %}
    {% elif field.family == 'nested' %}
        {% set same = sluice.same_nested_condition(field.type, value, text) %}
    {% elif field.family == 'decimal' %}
        {% set same = sluice.same_decimal_condition(value, text, format) %}
    {% elif field.family == 'float' %}
        {% set same = sluice.same_float_condition(value, text) %}
    {% elif field.family in ('timestamp', 'timestamp_with_zone') %}
        {% set same = sluice.same_moment_condition(field, text) %}
    {% else %}
        {% set same = 'true' %}
    {% endif %}
    {% do return(
        'case when ' ~ text ~ ' is null then true when ' ~ value ~ ' is null then false else ' ~ same ~ ' end'
    ) %}
{% endmacro %}


{% macro same_decimal_condition(value, text, format) %}
    {# Equal as text, or as numbers of at most 12 decimals. A JSON number comes by way of a double: where its text does
       not stand in the line, it was rounded. #}
    {% set plain = sluice.pattern_condition(text, '^[^.eE]*([.][0-9]{0,12}0*)?([eE][+]?[0-9]+)?$') %}
    {% set same = '(cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ') = ' ~ text ~ ' or (' ~ plain ~ ' and coalesce('
        ~ value ~ ' = try_cast(' ~ text ~ ' as decimal(38, 12)), false)))' %}
    {% do return(same ~ (' and instr(_sluice_line, ' ~ text ~ ') > 0' if format == 'json' else '')) %}
{% endmacro %}


{% macro same_float_condition(value, text) %}
    {# No fit: a number beyond the range of the type, or a whole number that the type does not have. #}
    {% set finite = 'abs(cast(' ~ value ~ ' as double)) <= 1.7976931348623157e308' %}
    {% do return(
        '(' ~ finite ~ ' or not ' ~ sluice.pattern_condition(text, '[0-9]') ~ ') and (not '
        ~ sluice.pattern_condition(text, '^-?[0-9]{8,38}$') ~ ' or coalesce(try_cast(' ~ value
        ~ ' as decimal(38, 0)) = try_cast(' ~ text ~ ' as decimal(38, 0)), false))'
    ) %}
{% endmacro %}


{% macro same_moment_condition(field, text) %}
    {# What a cast to a timestamp drops in silence: decimals beyond its own, and an offset that is not UTC where the
       type has no zone. #}
    {% set lost = ['[.][0-9]{' ~ sluice.timestamp_digits(field.type) ~ '}[0-9]*[1-9]'] %}
    {% if field.family == 'timestamp' %}{% do lost.append(':[0-9.]+ *[+-](0[1-9]|1[0-9]|00:?[0-9]*[1-9])') %}{% endif %}
    {% do return('not ' ~ sluice.pattern_condition(text, lost | join('|'))) %}
{% endmacro %}
