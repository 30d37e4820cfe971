{% macro spark__debezium_images(relation) %}
    {% do sluice.spark_without_debezium() %}
{% endmacro %}


{% macro spark__debezium_part_expression(steps, type) %}
    {% do sluice.spark_without_debezium() %}
{% endmacro %}


{% macro spark__debezium_value_expression(text, kind, type) %}
    {% do sluice.spark_without_debezium() %}
{% endmacro %}


{% macro spark_without_debezium() %}
    {# Not written yet. #}
    {% do exceptions.raise_compiler_error(
        'sluice.changes_from_debezium() is not there on Spark yet; way out: let the connector flatten its events '
        ~ '(ExtractNewRecordState), and read them with read_files()') %}
{% endmacro %}


{% macro spark__position_expression(kind, text) %}
    {% if kind == 'mysql_file' %}
        {# More than the six digits that MySQL begins with have a letter before them, which comes after all digits:
           a1000000, b10000000. #}
        {% set number = 'regexp_extract(' ~ text ~ ", '[.]0*([0-9]+)\\\\z', 1)" %}
        {% do return('case when ' ~ text ~ " rlike '[.][0-9]+\\\\z' then concat(regexp_extract(" ~ text
            ~ ", '^(.*[.])[0-9]+\\\\z', 1), case when length(" ~ number ~ ') <= 6 then lpad(' ~ number
            ~ ", 6, '0') else concat(char(90 + length(" ~ number ~ ')), ' ~ number ~ ') end) else ' ~ text ~ ' end') %}
    {% elif kind == 'number' %}
        {% do return('case when trim(' ~ text ~ ") rlike '^[+-]?[0-9]+\\\\z' then try_cast(" ~ text
            ~ ' as decimal(38, 0)) end') %}
    {% elif kind == 'hexadecimal' %}
        {# Parts between colons, slashes or dashes, each as wide as the widest that a database writes. #}
        {% set parts = 'split(lower(regexp_replace(trim(' ~ text ~ "), '^0[xX]', '')), '[:/-]')" %}
        {% do return('case when trim(' ~ text
            ~ ") rlike '^(0[xX])?[0-9A-Fa-f]{1,40}([:/-][0-9A-Fa-f]{1,40})*\\\\z' then array_join(transform(" ~ parts
            ~ ", part -> lpad(part, 40, '0')), ':') end") %}
    {% endif %}
    {% set of_part = 'cast(conv(nullif(regexp_extract(' ~ text
        ~ ", '^([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})\\\\z', NUMBER), ''), 16, 10) as bigint)" %}
    {% do return('coalesce(try_cast(' ~ text ~ ' as bigint), ' ~ of_part | replace('NUMBER', '1') ~ ' * 4294967296 + '
        ~ of_part | replace('NUMBER', '2') ~ ')') %}
{% endmacro %}
