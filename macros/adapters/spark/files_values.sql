{% macro spark__unsupported_option_errors(options) %}
    {# No SQL moves files; and the folder in which a server of Spark runs is nobody's idea of where files are. #}
    {% set errors = [] %}
    {% if options.location and not modules.re.match('/|[A-Za-z][A-Za-z0-9+.-]*:', options.location) %}
        {% do errors.append('external_location must be a path from / on, or an address such as s3a://, for Spark reads '
            ~ 'it, on its own machines, found: ' ~ options.given_location) %}
    {% endif %}
    {% if options.clean_source in ('move', 'delete') %}
        {% do errors.append('clean_source is not there on Spark, which moves no files, found: ' ~ options.clean_source
            ~ ' (way out: a lifecycle rule of the object store, or a job of your own for files that are INGESTED in '
            ~ 'the files table of the event log)') %}
    {% endif %}
    {% do return(errors) %}
{% endmacro %}


{% macro spark__value_of_text(text, type) %}
    {# Spark's casts take more than a value: a time of day is one of today, 1d a number. What does not look like a value
       of the type is none. #}
    {% set family = sluice.type_family(type) %}
    {% if family == 'nested' %}
        {% do return('from_json(' ~ text ~ ', ' ~ sluice.literal(type) ~ ', ' ~ sluice.spark_json_options() ~ ')') %}
    {% elif family == 'json' %}
        {% do return('case when ' ~ sluice.spark_json_condition(text) ~ ' then ' ~ text ~ ' end') %}
    {% elif family == 'bytes' %}
        {% do return(sluice.spark_bytes_of_text(text)) %}
    {% endif %}
    {% set number = '[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?' %}
    {% set moment = '[0-9]{4,}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T]+[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?'
        ~ ' *([zZ]|[+-][0-9:]+|[A-Za-z][A-Za-z0-9/_+-]*)?)?' %}
    {% set pattern = {
        'whole': '-?[0-9]+([.]0+)?', 'decimal': number, 'float': '(' ~ number ~ '|(?i:[-+]?(nan|inf|infinity)))',
        'timestamp': moment, 'timestamp_with_zone': moment,
    }.get(family) %}
    {% set spelled = {
        'whole': "regexp_replace(" ~ text ~ ", '[.]0+ *$', '')",
        'timestamp': "replace(" ~ text ~ ", '/', '-')",
    }.get(family, text) %}
    {% set value = 'try_cast(' ~ spelled ~ ' as ' ~ sluice.storage_type(type) ~ ')' %}
    {% if not pattern %}{% do return(value) %}{% endif %}
    {% do return('case when ' ~ sluice.pattern_condition(text, '^ *' ~ pattern ~ ' *$') ~ ' then ' ~ value
        ~ ' end') %}
{% endmacro %}


{% macro spark__same_whole_number_condition(value, text) %}
    {# Spark's cast to a decimal takes the shortest text of the number for it, its cast to a bigint is exact. Beyond
       that a double has whole numbers by the 2048. #}
    {% set double, number = 'cast(' ~ value ~ ' as double)', 'try_cast(' ~ text ~ ' as decimal(38, 0))' %}
    {% do return('(try_cast(' ~ double ~ ' as bigint) = ' ~ number ~ ' or (' ~ number ~ ' % 2048 = 0 and try_cast('
        ~ double ~ ' / 2048 as bigint) = ' ~ number ~ ' / 2048))') %}
{% endmacro %}


{% macro spark_bytes_of_text(text) %}
    {# Printable ASCII stands for itself, any other byte is written \xNN. #}
    {% set hexes = "transform(regexp_extract_all(" ~ text ~ ", '\\\\\\\\x[0-9A-Fa-f]{2}|.', 0), c -> "
        ~ "case when length(c) = 4 then substr(c, 3) else hex(c) end)" %}
    {% do return("case when " ~ text ~ " rlike '^([ -\\\\[\\\\]-~]|\\\\\\\\x[0-9A-Fa-f]{2})*\\\\z' then "
        ~ "unhex(array_join(" ~ hexes ~ ", '')) end") %}
{% endmacro %}


{% macro spark_text_of_bytes(bytes) %}
    {# Bytes as a text that says each of them: what is no printable ASCII is written \xNN. #}
    {% do return("array_join(transform(regexp_extract_all(hex(" ~ bytes ~ "), '..', 0), h -> case when h between '20' "
        ~ "and '7E' and h <> '5C' then chr(cast(conv(h, 16, 10) as bigint)) else concat('\\\\x', h) end), '')") %}
{% endmacro %}


{% macro spark__same_nested_condition(type, value, text) %}
    {# As DuckDB's: both sides are compared as their sorted words, without the keys that are null; moments, which are
       spelled in many ways, as moments. #}
    {% set has_moments = modules.re.search('date|timestamp', type) is not none %}
    {% set format = "map('timestampFormat', 'yyyy-MM-dd HH:mm:ss.SSSSSS')" %}
    {% set sides = [] %}
    {% for json in ('to_json(' ~ value ~ (', ' ~ format if has_moments else '') ~ ')', text) %}
        {% set words = "regexp_extract_all(regexp_replace(" ~ json ~ ", '\"(?:[^\"\\\\\\\\]|\\\\\\\\.)*+\":null', ''), "
            ~ "'\"(?:[^\"\\\\\\\\]|\\\\\\\\.)*+\"|[^\\\\]\\\\[{}:,]+', 0)" %}
        {% set moment = "case when word rlike '^\"[0-9]{4,}-[0-9]+-[0-9]+' then coalesce(cast(try_cast("
            ~ "trim(both '\"' from word) as timestamp) as string), word) else word end" %}
        {% do sides.append('transform(' ~ words ~ ', word -> ' ~ moment ~ ')' if has_moments else words) %}
    {% endfor %}
    {% set lost = [] %}
    {% if has_moments %}
        {% do lost.append(':[0-9]{2}[.][0-9]{6}[0-9]*[1-9]') %}
        {% do lost.append('[0-9]:[0-9]{2}(:[0-9]{2}([.][0-9]*)?)? *([+-](0[1-9]|1[0-9]|00:?[0-9]*[1-9])|[A-Ya-y])') %}
    {% endif %}
    {% set same = 'coalesce(array_sort(' ~ sides[0] ~ ') = array_sort(' ~ sides[1] ~ '), false)' %}
    {% do return(same ~ (' and not ' ~ sluice.pattern_condition(text, lost | join('|')) if lost else '')) %}
{% endmacro %}


{% macro spark__parsed_moment(text, pieces) %}
    {# Put together anew as a cast reads it: Spark's own formats read no names of days, and what older versions of Spark
       read otherwise is an error there. #}
    {% set patterns, groups = [], {} %}
    {% for piece in pieces %}
        {% set known = sluice.moment_pieces().get(piece) %}
        {% set plain = [] %}
        {% for character in (piece[1:-1] if piece | length > 1 and piece[0] == "'" else piece) %}
            {% do plain.append(sluice.literal_pattern(character)) %}
        {% endfor %}
        {% do patterns.append('(' ~ (known or plain | join) ~ ')') %}
        {% if known %}{% do groups.update({piece: loop.index}) %}{% endif %}
    {% endfor %}
    {% set parts = {} %}
    {% for piece, number in groups.items() %}
        {% do parts.update({piece: 'regexp_extract(' ~ text ~ ', '
            ~ sluice.literal('^' ~ patterns | join ~ '\\z') ~ ', ' ~ number ~ ')'}) %}
    {% endfor %}
    {% set short = parts.get('yy', "''") %}
    {% set named = parts.get('MMM') or parts.get('MMMM') %}
    {% set month = sluice.spark_month_of_name(named, 'MMM' in parts) if named else parts.get('MM') or parts.get('M') %}
    {% set hour = parts.get('hh') or parts.get('h') %}
    {% set hour = parts.get('HH') or parts.get('H') or (sluice.spark_hour_of_twelve(hour, parts.get('a')) if hour
        else "'0'") %}
    {% do return('try_cast(concat(' ~ (parts.get('yyyy') or "case when " ~ short ~ " < '69' then '20' else '19' end, "
        ~ short) ~ ", '-', " ~ month ~ ", '-', " ~ (parts.get('dd') or parts.get('d')) ~ ", ' ', " ~ hour ~ ", ':', "
        ~ parts.get('mm', "'0'") ~ ", ':', " ~ parts.get('ss', "'0'") ~ ", '.', "
        ~ (parts.get('SSSSSS') or parts.get('SSS') or "'0'") ~ ') as timestamp)') %}
{% endmacro %}


{% macro spark_month_of_name(name, is_short) %}
    {# The number of a month by its English name, or by three letters of it; null where it is none. #}
    {% set items = [] %}
    {% for month in [
        'january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november',
        'december',
    ] %}
        {% do items.append("'" ~ (month[:3] if is_short else month) ~ "', '" ~ loop.index ~ "'") %}
    {% endfor %}
    {% do return('map(' ~ items | join(', ') ~ ')[lower(' ~ name ~ ')]') %}
{% endmacro %}


{% macro spark_hour_of_twelve(hour, half) %}
    {# An hour of 24 by one of 12 and AM or PM. #}
    {% set number = 'try_cast(' ~ hour ~ ' as int)' %}
    {% do return('cast(case when ' ~ number ~ ' between 1 and 12 then ' ~ number ~ ' % 12'
        ~ (" + case when lower(" ~ half ~ ") = 'pm' then 12 else 0 end" if half else '') ~ ' end as string)') %}
{% endmacro %}
