{% macro note(kind, value) %}
    {# A comment in the compiled SQL that says what a macro rendered there. The materialization reads it back with
       notes(): there is no second look at a source, and so no race. A star in the value could begin or end a
       comment. #}
    {% do return('/* sluice:' ~ kind ~ ' ' ~ tojson(value) | replace('*', '\\u002a') ~ ' */') %}
{% endmacro %}


{% macro notes(kind, sql) %}
    {# The values of the notes of one kind in a query, each once, in their order. #}
    {% set values = [] %}
    {% for text in modules.re.findall('/\\* sluice:' ~ kind ~ ' (.*?) \\*/', sql or '') | unique(case_sensitive=true) %}
        {% do values.append(fromjson(text)) %}
    {% endfor %}
    {% do return(values) %}
{% endmacro %}


{% macro noted_query() %}
    {# What the notes of this model stand in: its query; of a Python model what it asks for (see python_reads()). #}
    {% do return(model.get('_sluice_noted') if model.language == 'python' else model.get('compiled_code')) %}
{% endmacro %}


{% macro has_news(ranges, plans=[]) %}
    {# Whether of what a model reads, as stream() and read_files() noted it, a stream has a batch or was rebuilt, or a
       file can be read. #}
    {% for range in ranges if range.to > range['from'] or range.restarted %}{% do return(true) %}{% endfor %}
    {% do return(plans | map(attribute='files') | select | list | length > 0) %}
{% endmacro %}


{% macro block(note, sql) %}
    {# SQL that stands for something which a note describes, in brackets, with an end that outlines() finds. #}
    {% do return('(\n    ' ~ note ~ '\n    ' ~ sql ~ '\n    /* sluice:end */\n)') %}
{% endmacro %}


{% macro refilled(sql, note, rows) %}
    {# A query with other SQL in the blocks that begin with a note. #}
    {% set parts = sql.split(note) %}
    {% set filled = [parts[0]] %}
    {% for part in parts[1:] %}
        {% do filled.append('\n    ' ~ rows ~ '\n    /* sluice:end */' ~ part.partition('/* sluice:end */')[2]) %}
    {% endfor %}
    {% do return(filled | join(note)) %}
{% endmacro %}


{% macro outlines(sql) %}
    {# A query with its blocks left empty and its notes left out: the same from run to run, whatever is read. #}
    {% set block = '/\\* sluice:(?!end ).*?/\\* sluice:end \\*/' %}
    {% do return(modules.re.sub(block, '', sql or '', 0, modules.re.S)) %}
{% endmacro %}
