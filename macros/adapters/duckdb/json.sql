{% macro duckdb__json_text(expression, path) %}
    {% do return('(' ~ expression ~ " ->> '$." ~ path | join('.') ~ "')") %}
{% endmacro %}


{% macro duckdb__json_elements(expression, path) %}
    {% do return('unnest(cast(' ~ expression ~ " -> '$." ~ path | join('.') ~ "' as json[]))") %}
{% endmacro %}


{% macro duckdb__object_condition(line, unique_names) %}
    {# Valid JSON that begins with a brace; json_type() would take the line apart once more, and white space is rare. #}
    {% do return(
        'json_valid(' ~ line ~ ') and case when starts_with(' ~ line ~ ", '{') then true"
        ~ ' else starts_with(ltrim(' ~ line ~ ", E' \\t\\r\\n'), '{') end"
        ~ (' and len(json_keys(' ~ line ~ ')) = len(list_distinct(json_keys(' ~ line ~ ')))' if unique_names else '')
    ) %}
{% endmacro %}


{% macro duckdb__json_value(line, name) %}
    {% do return('json_extract(' ~ line ~ ', ' ~ sluice.duckdb_json_pointer(name) ~ ')') %}
{% endmacro %}


{% macro duckdb__json_field_text(line, name) %}
    {% do return('json_extract_string(' ~ line ~ ', ' ~ sluice.duckdb_json_pointer(name) ~ ')') %}
{% endmacro %}


{% macro duckdb__json_string_condition(line, name) %}
    {% do return('json_type(' ~ line ~ ', ' ~ sluice.duckdb_json_pointer(name) ~ ") = 'VARCHAR'") %}
{% endmacro %}


{% macro duckdb_json_pointer(field) %}
    {# A JSON pointer to a field, as a literal: a path would take dots and stars in the name for its own. #}
    {% do return(sluice.literal('/' ~ field | replace('~', '~0') | replace('/', '~1'))) %}
{% endmacro %}


{% macro duckdb__json_of_text(text) %}
    {% do return('to_json(' ~ text ~ ')') %}
{% endmacro %}


{% macro duckdb__json_texts(object, names) %}
    {% set pointers = [] %}
    {% for name in names %}{% do pointers.append(sluice.duckdb_json_pointer(name)) %}{% endfor %}
    {% do return('json_extract_string(' ~ object ~ ', [' ~ pointers | join(', ') ~ ']::varchar[])') %}
{% endmacro %}


{% macro duckdb__json_repeated_value(first, object, name) %}
    {# A list of one list, so that it is written once. #}
    {% set fields = 'list_zip(json_keys(' ~ object ~ '), json_extract(' ~ object ~ ", '$.*'))" %}
    {% set later = 'list_filter(' ~ fields ~ ', lambda f: f[1] collate "binary" = ' ~ sluice.literal(name) ~ ')[2:]' %}
    {% set all = 'list_filter([(' ~ first ~ ')::json] || list_transform(' ~ later
        ~ ', lambda f: f[2]), lambda v: v is not null)' %}
    {% do return('list_transform([' ~ all
        ~ '], lambda v: case len(v) when 0 then null when 1 then v[1] else to_json(v) end)[1]') %}
{% endmacro %}


{% macro duckdb__list_element(list, number) %}
    {% do return(list ~ '[' ~ number ~ ']') %}
{% endmacro %}


{% macro duckdb__same_nested_condition(type, value, text) %}
    {# A cast makes null of an element that does not fit and drops a key that the type does not have. Both sides are
       compared as their sorted words, without those keys that are null; moments, which are spelled in many ways, as
       moments. Their lost parts are told by the text, as are bytes, which JSON has not. #}
    {% set types = modules.re.sub('"[^"]*"|\'[^\']*\'', '', type) %}
    {% set has_moments = modules.re.search('DATE|TIME', types) is not none %}
    {% set sides = [] %}
    {% for json in ('to_json(' ~ value ~ ')::varchar', 'json(' ~ text ~ ')::varchar') %}
        {% set words = "regexp_extract_all(regexp_replace(" ~ json ~ ", '\"(?:[^\"\\\\]|\\\\.)*\":null', '', 'g'), "
            ~ "'\"(?:[^\"\\\\]|\\\\.)*\"|[^][{}:,]+')" %}
        {% set moment = "coalesce(try_cast(trim(word, '\"') as timestamp)::varchar, word)" %}
        {% do sides.append('list_transform(' ~ words ~ ', lambda word: ' ~ moment ~ ')' if has_moments else words) %}
    {% endfor %}
    {% set lost = ['\\\\x'] if 'BLOB' in types else [] %}
    {% if has_moments %}
        {% set clock = '[0-9]:[0-9]{2}(:[0-9]{2}([.][0-9]*)?)?' %}
        {% do lost.append(':[0-9]{2}[.][0-9]{' ~ (9 if '_NS' in types else 6) ~ '}[0-9]*[1-9]') %}
        {% if modules.re.search('TIMESTAMP(?! WITH|TZ)|TIME(?! WITH|STAMP| ZONE)', types) %}
            {% do lost.append(clock ~ ' *([+-](0[1-9]|1[0-9]|00:?[0-9]*[1-9])|[A-Ya-y])') %}
        {% endif %}
        {# Without an offset it would have the zone of the session. #}
        {% if 'ZONE' in types or 'TZ' in types %}{% do lost.append(clock ~ '"') %}{% endif %}
    {% endif %}
    {% set same = 'coalesce(list_sort(' ~ sides[0] ~ ') = list_sort(' ~ sides[1] ~ '), false)' %}
    {% do return(same ~ (' and not ' ~ sluice.pattern_condition(text, lost | join('|')) if lost else '')) %}
{% endmacro %}


{% macro duckdb__number_in_line_condition(line, text, value) %}
    {# At most 12 decimals, which a decimal(38, 12) has. #}
    {% set numbers = "regexp_extract_all(" ~ line ~ ", '-?[0-9]+(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?')" %}
    {% set plain = '-?[0-9]+([.][0-9]{0,12}0*)?[eE][+]?[0-9]+|-?[0-9]+([.][0-9]{0,3}0*)?[eE]-0*[0-9]' %}
    {% do return(
        '(list_contains(' ~ numbers ~ ', ' ~ text ~ ') or coalesce(list_contains(list_transform(list_filter('
        ~ numbers ~ ", lambda number: regexp_full_match(number, '" ~ plain
        ~ "')), lambda number: try_cast(number as decimal(38, 12))), try_cast(" ~ value
        ~ ' as decimal(38, 12))), false))'
    ) %}
{% endmacro %}


{% macro duckdb__rescued_expression(values) %}
    {% do return('to_json(map_from_entries(' ~ sluice.duckdb_entries(values) ~ '))::varchar') %}
{% endmacro %}


{% macro duckdb_entries(values) -%}
    {# The list of names and values of an object, without those that are null. #}
    list_filter([
        {%- for name, value in values.items() %}
                {'k': {{ sluice.literal(name) }}, 'v': {{ value }}}{{ ',' if not loop.last }}
        {%- endfor %}
            ], lambda field: field.v is not null)
{%- endmacro %}


{% macro duckdb__list_length(list) %}
    {% do return('len(' ~ list ~ ')') %}
{% endmacro %}


{% macro duckdb__other_names_expression(line, names) %}
    {% do return(
        'list_filter(json_keys(' ~ line ~ '), lambda field: field not in ' ~ sluice.duckdb_list(names) ~ ')'
    ) %}
{% endmacro %}


{% macro duckdb__merged_rescued_expression(rescued, values, line, others) -%}
    json_merge_patch(
                coalesce(try_cast({{ rescued }} as json), '{}'::json),
                to_json(map_from_entries({{ sluice.duckdb_entries(values) }}
                {%- if others %} || list_transform({{ others }}, lambda field: {
                    'k': field, 'v': json_extract({{ line }}, '/' || replace(replace(field, '~', '~0'), '/', '~1'))
                }){% endif %}))
            )::varchar
{%- endmacro %}


{% macro duckdb__corrupt_record_expression(line) %}
    {% do return("json_object('_corrupt_record', coalesce(" ~ line ~ ", ''))::varchar") %}
{% endmacro %}
