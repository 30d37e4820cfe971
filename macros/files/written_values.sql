{% macro field_as_written(field, options) %}
    {# A field of typed_field(), so that its text is read as the options of the files say: numbers with other marks,
       days and moments in a format. #}
    {% set format = {
        'date': options.date_format, 'timestamp': options.timestamp_format,
        'timestamp_with_zone': options.timestamp_format,
    }.get(field.family) %}
    {% if format %}
        {% do return(dict(field, typed=sluice.moment_as_written(field.text, format, field))) %}
    {% elif field.family in ('whole', 'decimal', 'float') and sluice.has_number_marks(options) %}
        {% set text = sluice.number_as_written(field.text, options) %}
        {% do return(dict(field, placed=text, text=field.value | replace('_value_', '_text_'))) %}
    {% endif %}
    {% do return(field) %}
{% endmacro %}


{% macro has_number_marks(options) %}
    {# Whether numbers have other marks than SQL. #}
    {% do return(options.format == 'csv'
        and (options.decimal_separator != '.' or options.thousands_separator is not none)) %}
{% endmacro %}


{% macro number_as_written(text, options) %}
    {# The text of a number as SQL has it. A text that is none, by the marks that the options name, is made one that is
       no number in SQL either: 1.5 is not one where the decimal mark is a comma. #}
    {% set decimal, thousands = options.decimal_separator, options.thousands_separator %}
    {% set group = '([0-9]{1,3}(' ~ sluice.literal_pattern(thousands or '') ~ '[0-9]{3})+|[0-9]+)' if thousands
        else '[0-9]+' %}
    {% set pattern = '^[-+]?' ~ group ~ '(' ~ sluice.literal_pattern(decimal) ~ '[0-9]*)?([eE][-+]?[0-9]+)?$' %}
    {% set bare = 'replace(' ~ text ~ ', ' ~ sluice.literal(thousands) ~ ", '')" if thousands else text %}
    {% do return('case when ' ~ sluice.pattern_condition(text, pattern) ~ ' then replace(' ~ bare ~ ', '
        ~ sluice.literal(decimal) ~ ", '.') else concat('?', " ~ text ~ ') end') %}
{% endmacro %}


{% macro literal_pattern(text) %}
    {# A regular expression that finds just this character. #}
    {% do return('\\' ~ text if text and text in '.^$*+?()[]{}|\\/-' else text) %}
{% endmacro %}


{% macro moment_pieces() %}
    {# The letters of a date or timestamp format that are known, longer ones first: {letters: the regular expression of
       their text}. They are those of Spark. #}
    {% do return({
        'yyyy': '[0-9]{4}', 'yy': '[0-9]{2}', 'MMMM': '[A-Za-z]+', 'MMM': '[A-Za-z]+', 'MM': '[0-9]{2}',
        'M': '[0-9]{1,2}', 'dd': '[0-9]{2}', 'd': '[0-9]{1,2}', 'HH': '[0-9]{2}', 'H': '[0-9]{1,2}', 'hh': '[0-9]{2}',
        'h': '[0-9]{1,2}', 'mm': '[0-9]{2}', 'ss': '[0-9]{2}', 'SSSSSS': '[0-9]{6}', 'SSS': '[0-9]{3}',
        'a': '[AaPp][Mm]', 'EEEE': '[A-Za-z]+', 'EEE': '[A-Za-z]+',
    }) %}
{% endmacro %}


{% macro split_moment_format(format) %}
    {# The pieces of a format, in their order: letters, texts in quotation marks, single characters. #}
    {% do return(modules.re.findall("'[^']+'|y+|M+|d+|H+|h+|m+|s+|S+|a+|E+|.", format)) %}
{% endmacro %}


{% macro moment_format_errors(name, format) %}
    {# What is wrong with a date_format or timestamp_format, a message each. #}
    {% if format is none %}{% do return([]) %}{% endif %}
    {% set example = 'dd.MM.yyyy' ~ (' HH:mm:ss' if name == 'timestamp_format' else '') %}
    {% if format is not string or not format %}
        {% do return([name ~ ' must be a text such as ' ~ example ~ ', found: ' ~ format]) %}
    {% endif %}
    {% set pieces = sluice.split_moment_format(format) %}
    {% set known = sluice.moment_pieces().keys() | list %}
    {% set days = ['yyyy', 'yy', 'MMMM', 'MMM', 'MM', 'M', 'dd', 'd', 'EEEE', 'EEE'] %}
    {% set legal = days if name == 'date_format' else known %}
    {% set wrong = [] %}
    {% for piece in pieces if modules.re.match("[A-Za-z%']", piece) and not modules.re.match("'[^']+'$", piece) %}
        {% if piece not in legal %}{% do wrong.append(piece) %}{% endif %}
    {% endfor %}
    {% set missing = 'yMd' | list | reject('in', format) | list %}
    {% if wrong or missing %}
        {% do return([name ~ ' must be made of [' ~ legal | join(', ') ~ "] and texts in ' ', with year, month and "
            ~ 'day, such as ' ~ example ~ ', found: ' ~ format
            ~ (' (unknown: ' ~ wrong | join(', ') ~ ')' if wrong else '')]) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}


{% macro moment_as_written(text, format, field) %}
    {# The SQL of a day or moment that is written in this format, null where the text is another one or says more than
       the type holds. Without an offset it is UTC. #}
    {% set pieces, patterns = sluice.split_moment_format(format), [] %}
    {% for piece in pieces %}
        {% set plain = piece[1:-1] if piece | length > 1 and piece[0] == "'" else piece %}
        {% set found = [] %}
        {% for character in plain %}{% do found.append(sluice.literal_pattern(character)) %}{% endfor %}
        {% do patterns.append(sluice.moment_pieces().get(piece, found | join)) %}
    {% endfor %}
    {% set moment = sluice.parsed_moment(text, pieces) %}
    {% set value = 'cast(' ~ moment ~ ' as ' ~ ('timestamp' if field.family == 'timestamp_with_zone' else field.type)
        ~ ')' %}
    {% if field.family == 'timestamp_with_zone' %}
        {% set value = 'try_cast(concat(cast(' ~ moment ~ ' as ' ~ dbt.type_string() ~ "), '+00:00') as "
            ~ sluice.storage_type(field.type) ~ ')' %}
    {% endif %}
    {% set whole = 'cast(' ~ value ~ ' as timestamp) = ' ~ moment if field.family == 'timestamp' else 'true' %}
    {% do return('case when ' ~ sluice.pattern_condition(text, '^' ~ patterns | join ~ '$') ~ ' and ' ~ whole
        ~ ' then ' ~ value ~ ' end') %}
{% endmacro %}


{% macro parsed_moment(text, pieces) %}
    {# A text as a timestamp, by the pieces of its format (see split_moment_format()), or null. #}
    {% do return(adapter.dispatch('parsed_moment', 'sluice')(text, pieces)) %}
{% endmacro %}
