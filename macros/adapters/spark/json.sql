{% macro spark__json_text(expression, path) %}
    {% do return('get_json_object(' ~ expression ~ ", '$." ~ path | join('.') ~ "')") %}
{% endmacro %}


{% macro spark__json_elements(expression, path) %}
    {% do return('explode(from_json(' ~ sluice.spark__json_text(expression, path) ~ ", 'array<string>'))") %}
{% endmacro %}


{% macro spark__object_condition(line, unique_names) %}
    {# Spark's functions pass over what stands behind a value. Which of them refuses a wrong quotation mark, and which a
       wrong number, differs, so both are asked. #}
    {% set names = 'json_object_keys(' ~ line ~ ')' %}
    {% do return(
        line ~ ' rlike ' ~ sluice.literal('^[ \\t\\r\\n]*[{]') ~ ' and ' ~ sluice.spark_json_condition(line)
        ~ ' and ' ~ names ~ ' is not null'
        ~ (' and size(' ~ names ~ ') = size(array_distinct(' ~ names ~ '))' if unique_names else '')
    ) %}
{% endmacro %}


{% macro spark_json_condition(text) %}
    {# True where a text is one JSON value: a mark behind it in a list is the second element then. #}
    {% do return("coalesce(array_join(slice(from_json(concat('[', " ~ text
        ~ ", ',\"_sluice_end\"]'), 'array<string>', " ~ sluice.spark_json_options()
        ~ "), 2, 2147483647), ',') = '_sluice_end', false)") %}
{% endmacro %}


{% macro spark_json_options() %}
    {# JSON as its standard has it. #}
    {% do return("map('allowSingleQuotes', 'false')") %}
{% endmacro %}


{% macro spark_json_map(object) %}
    {# The fields of an object and their texts, as a map. #}
    {% do return('from_json(' ~ object ~ ", 'map<string, string>', " ~ sluice.spark_json_options() ~ ')') %}
{% endmacro %}


{% macro spark__json_value(line, name) %}
    {# Spark has no value for a null. #}
    {% set null = 'case when array_contains(json_object_keys(' ~ line ~ '), ' ~ sluice.literal(name)
        ~ ") then 'null' end" %}
    {% do return('coalesce(' ~ sluice.spark_json_written(line, name) ~ ', ' ~ null ~ ')') %}
{% endmacro %}


{% macro spark_json_written(line, name) %}
    {# A value as JSON, but for null. Within a list Spark keeps the marks of quotation of a text. Some names no path of
       Spark can say: there a text that does not stand in the line in such marks is no string. #}
    {% set raw = sluice.spark_json_raw(line, name) %}
    {% if raw %}
        {% do return('transform(array(' ~ raw ~ '), value -> ' ~ sluice.spark_number_text('value', "''") ~ ')[0]') %}
    {% endif %}
    {% set text = sluice.spark_json_map(line) ~ '[' ~ sluice.literal(name) ~ ']' %}
    {% set quoted = sluice.json_of_text(text) %}
    {% do return('case when instr(' ~ line ~ ', ' ~ quoted ~ ') > 0 or json_array_length(concat(\'[\', ' ~ text
        ~ ", ']')) is null then " ~ quoted ~ ' else ' ~ text ~ ' end') %}
{% endmacro %}


{% macro spark_json_raw(line, name) %}
    {# A value as JSON, numbers as Java writes them; none where no path can say its name. #}
    {% set path = sluice.spark_json_path(name) %}
    {% if not path %}{% do return(none) %}{% endif %}
    {% do return("get_json_object(concat('[', " ~ line ~ ", ']'), " ~ sluice.literal(path) ~ ')') %}
{% endmacro %}


{% macro spark_json_path(name) %}
    {# The path of a field in a list, or none where there is none for its name. #}
    {% if name == '*' %}{% do return(none) %}{% endif %}
    {% if name and "'" not in name and '?' not in name %}{% do return("$[*]['" ~ name ~ "']") %}{% endif %}
    {% if name and '.' not in name and '[' not in name %}{% do return('$[*].' ~ name) %}{% endif %}
    {% do return(none) %}
{% endmacro %}


{% macro spark__json_field_text(line, name) %}
    {% do return(sluice.spark_json_map(line) ~ '[' ~ sluice.literal(name) ~ ']') %}
{% endmacro %}


{% macro spark__json_string_condition(line, name) %}
    {# No number begins so, in whatever way it is written. #}
    {% do return('coalesce(startswith(' ~ (sluice.spark_json_raw(line, name) or sluice.spark_json_written(line, name))
        ~ ", '\"'), false)") %}
{% endmacro %}


{% macro spark__json_of_text(text) %}
    {% do return('case when ' ~ text ~ " is not null then trim(both '[]' from to_json(array(" ~ text ~ '))) end') %}
{% endmacro %}


{% macro spark__json_texts(object, names) %}
    {# A map that is worked out once, and looked into for each name. #}
    {% set list = [] %}
    {% for name in names %}{% do list.append(sluice.literal(name)) %}{% endfor %}
    {% do return('case when ' ~ object ~ ' is not null then transform(array(' ~ sluice.spark_json_map(object)
        ~ '), fields -> transform(' ~ ('array(' ~ list | join(', ') ~ ')' if list else 'cast(array() as array<string>)')
        ~ ', name -> ' ~ sluice.spark_number_text('fields[name]', object) ~ '))[0] end') %}
{% endmacro %}


{% macro spark_number_text(text, line) %}
    {# A text, of a number without Java's exponents: 1.2E7 is 12000000.0, from 1E22 on it is 1e22, unless a text stands
       in the line so. #}
    {% set is_short = text ~ " rlike 'E(-[1-5]|1?[0-9]|20)$'" %}
    {% set plain = "regexp_replace(regexp_replace(cast(cast(" ~ text ~ " as decimal(38, 16)) as string), '0+$', ''), "
        ~ "'[.]$', '.0')" %}
    {% set small = "regexp_replace(cast(cast(" ~ text ~ " as decimal(38, 28)) as string), '0+$', '')" %}
    {% do return('case when ' ~ text ~ " not rlike '^-?[0-9][.][0-9]+E-?[0-9]+$' then " ~ text
        ~ ' when instr(' ~ line ~ ", concat('\"', " ~ text ~ ", '\"')) > 0 then " ~ text
        ~ ' when not ' ~ is_short ~ " then replace(replace(" ~ text ~ ", '.0E', 'e'), 'E', 'e')"
        ~ " when " ~ text ~ " like '%E-%' then " ~ small ~ ' else ' ~ plain ~ ' end') %}
{% endmacro %}


{% macro spark__json_repeated_value(first, object, name) %}
    {# Only CSV files have such names, and there they are written so: see spark_csv_line(). #}
    {% set later = "from_json(get_json_object(" ~ object ~ ", '$._sluice_repeated'), 'map<string, array<string>>')["
        ~ sluice.literal(name) ~ ']' %}
    {% set values = "filter(concat(array(cast(" ~ first ~ " as string)), coalesce(transform(" ~ later
        ~ ", v -> coalesce(" ~ sluice.json_of_text('v') ~ ", 'null')), array())), v -> v is not null)" %}
    {% do return("transform(array(" ~ values ~ "), v -> case size(v) when 0 then null when 1 then v[0] "
        ~ "else concat('[', array_join(v, ','), ']') end)[0]") %}
{% endmacro %}


{% macro spark__list_element(list, number) %}
    {% do return(list ~ '[' ~ (number - 1) ~ ']') %}
{% endmacro %}


{% macro spark__list_length(list) %}
    {% do return('size(' ~ list ~ ')') %}
{% endmacro %}


{% macro spark__number_in_line_condition(line, text, value) %}
    {% set numbers = "regexp_extract_all(" ~ line ~ ", '-?[0-9]+(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?', 0)" %}
    {% set plain = '^(-?[0-9]+([.][0-9]{0,12}0*)?[eE][+]?[0-9]+|-?[0-9]+([.][0-9]{0,3}0*)?[eE]-0*[0-9])$' %}
    {% do return(
        '(array_contains(' ~ numbers ~ ', ' ~ text ~ ') or exists(' ~ numbers ~ ', number -> number rlike '
        ~ sluice.literal(plain) ~ ' and coalesce(try_cast(number as decimal(38, 12)) = try_cast(' ~ value
        ~ ' as decimal(38, 12)), false)))'
    ) %}
{% endmacro %}


{% macro spark__rescued_expression(values) %}
    {% do return("concat('{', " ~ sluice.spark_json_members(values) ~ ", '}')") %}
{% endmacro %}


{% macro spark_json_members(values) -%}
    {# The names and values of an object as they stand within its braces, without those that are null. #}
    concat_ws(','
        {%- for name, value in values.items() %},
                concat({{ sluice.literal(sluice.spark_json_name(name) ~ ':') }}, {{ value }})
        {%- endfor %})
{%- endmacro %}


{% macro spark_json_name(name) %}
    {# A name in quotation marks, in its own letters. #}
    {% if modules.re.search('[\\x00-\\x1f]', name) %}{% do return(tojson(name)) %}{% endif %}
    {% do return('"' ~ name | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') %}
{% endmacro %}


{% macro spark__corrupt_record_expression(line) %}
    {% set text = 'coalesce(' ~ line ~ ", '')" %}
    {% do return("concat('{\"_corrupt_record\":', " ~ sluice.json_of_text(text) ~ ", '}')") %}
{% endmacro %}


{% macro spark__other_names_expression(line, names) %}
    {% do return('array_except(json_object_keys(' ~ line ~ '), from_json(' ~ sluice.literal(tojson(names | list))
        ~ ", 'array<string>'))") %}
{% endmacro %}


{% macro spark__merged_rescued_expression(rescued, values, line, others) -%}
    {# The members of both objects, one behind the other. #}
    {%- set other = "transform(" ~ others ~ ", field -> concat(" ~ sluice.json_of_text('field') ~ ", ':', coalesce("
        ~ "get_json_object(concat('[', " ~ line ~ ", ']'), concat('$[*][\\'', field, '\\']')), 'null')))"
        if others else none -%}
    concat('{', concat_ws(',',
        nullif(substr({{ rescued }}, 2, length({{ rescued }}) - 2), ''),
        nullif({{ sluice.spark_json_members(values) }}, '')
        {%- if other %},
        nullif(array_join({{ other }}, ','), ''){% endif %}
    ), '}')
{%- endmacro %}
