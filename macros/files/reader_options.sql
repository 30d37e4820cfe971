{% macro reader_options(options, given, errors) %}
    {# How the text of the files is to be read: the defaults, what stands under reader_options, and header, delimiter,
       quote and escape from their older place beside it. What is wrong is added to the list. #}
    {% set defaults = {
        'header': true, 'delimiter': ',', 'quote': '"', 'escape': '"', 'null_value': [], 'decimal_separator': '.',
        'thousands_separator': none, 'date_format': none, 'timestamp_format': none, 'encoding': 'utf-8', 'skip_rows': 0,
        'comment': none, 'names': [], 'mode': 'permissive',
    } %}
    {% set beside = ['header', 'delimiter', 'quote', 'escape'] %}
    {% set inside = given.get('reader_options') or {} %}
    {% if inside is not mapping %}
        {% do errors.append('reader_options must be a mapping of option to value, found: ' ~ inside) %}
        {% set inside = {} %}
    {% endif %}
    {% set found = dict(defaults) %}
    {% for name in beside if name in given %}{% do found.update({name: given[name]}) %}{% endfor %}
    {% for name, value in inside.items() %}
        {% if name not in defaults %}
            {% do errors.append('reader_options: ' ~ name ~ ' is unknown, expected one of ['
                ~ defaults.keys() | join(', ') ~ ']') %}
        {% elif name in beside and name in given %}
            {% do errors.append(name ~ ' stands under reader_options and beside it, expected one of them') %}
        {% else %}
            {% do found.update({name: value}) %}
        {% endif %}
    {% endfor %}
    {% for name in ['reader_options'] + beside if name in given and options.format != 'csv' %}
        {% do errors.append(name ~ ' belongs to format: csv, found format: ' ~ options.format) %}
    {% endfor %}
    {# Without quotation marks there is nothing to escape. #}
    {% if found.quote == '' %}{% do found.update({'escape': ''}) %}{% endif %}
    {% if found.null_value is string %}{% do found.update({'null_value': [found.null_value]}) %}{% endif %}
    {% do found.update({'encoding': sluice.encoding_name(found.encoding)}) %}
    {% do errors.extend(sluice.reader_option_errors(found)) %}
    {% do return(found) %}
{% endmacro %}


{% macro encoding_name(encoding) %}
    {# The one name of an encoding that has several. #}
    {% set name = encoding | string | lower | replace('_', '-') %}
    {% do return({
        'utf8': 'utf-8', 'utf16': 'utf-16', 'utf-16-le': 'utf-16', 'utf-16le': 'utf-16', 'latin1': 'latin-1',
        'iso-8859-1': 'latin-1', 'cp1252': 'windows-1252',
    }.get(name, name)) %}
{% endmacro %}


{% macro reader_option_errors(found) %}
    {# What is wrong with the values of reader_options, a message each. #}
    {% set errors = [] %}
    {% if found.header is not boolean %}
        {% do errors.append('header must be true or false, found: ' ~ found.header) %}
    {% endif %}
    {% for name in ('delimiter', 'quote', 'escape', 'comment', 'decimal_separator', 'thousands_separator') %}
        {% set value = found[name] %}
        {% set may_be_none = name in ('comment', 'thousands_separator') and value is none %}
        {% set may_be_empty = name in ('quote', 'escape') and found.quote == '' and value == '' %}
        {% if not may_be_none and not may_be_empty and (value is not string or value | length != 1) %}
            {% do errors.append(name ~ ' must be one character' ~ (", or '' for none" if name == 'quote' else '')
                ~ ', found: ' ~ value) %}
        {% elif value is string and '_separator' in name and modules.re.match('[-+0-9eE]', value) %}
            {% do errors.append(name ~ ' must be no part of a number, found: ' ~ value) %}
        {% endif %}
    {% endfor %}
    {% if found.decimal_separator == found.thousands_separator %}
        {% do errors.append('decimal_separator and thousands_separator must differ, found twice: '
            ~ found.decimal_separator) %}
    {% endif %}
    {% for name in ('null_value', 'names') %}
        {% set is_list = found[name] is sequence and found[name] is not mapping and found[name] is not string %}
        {% if not is_list or found[name] | reject('string') | list %}
            {% do errors.append(name ~ ' must be a list of texts in quotation marks, found: ' ~ found[name]) %}
        {% endif %}
    {% endfor %}
    {% if found.names %}
        {% if found.header %}
            {% do errors.append('names belongs to header: false, found header: true, which has names itself') %}
        {% endif %}
        {% if found.names | map('lower') | unique | list | length < found.names | length or '' in found.names %}
            {% do errors.append('names must be texts that differ in more than case, found: ' ~ found.names) %}
        {% endif %}
    {% endif %}
    {% set rows = found.skip_rows %}
    {% if rows is not integer or rows is boolean or rows < 0 or rows > 1000 %}
        {% do errors.append('skip_rows must be a number of lines from 0 to 1000, found: ' ~ rows) %}
    {% endif %}
    {% if found.encoding not in ('utf-8', 'utf-16', 'latin-1', 'windows-1252') %}
        {% do errors.append('encoding must be one of [utf-8, utf-16, latin-1, windows-1252], found: '
            ~ found.encoding ~ ' (way out: iconv -f ' ~ found.encoding ~ ' -t utf-8, before the file is landed)') %}
    {% endif %}
    {% if found.mode not in ('permissive', 'failfast') %}
        {% do errors.append('mode must be one of [permissive, failfast], found: ' ~ found.mode) %}
    {% endif %}
    {% for name in ('date_format', 'timestamp_format') %}
        {% do errors.extend(sluice.moment_format_errors(name, found[name])) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
