{% macro duckdb_choose_readers(options, files) %}
    {# Gives each file the reader that takes all of it and returns the paths that have none: 'stream' is the fast one,
       'bytes' and 'latin' (compressed files) cope with every byte. 'bytes' opens a file faster, so small ones are its
       own. A look at the bytes beforehand finds lines that 'stream' would cut or refuse; it loads a file whole, so it
       is for those below 256 MiB. #}
    {% set known = {'bytes': [], 'stream': [], 'plain': [], 'packed': []} %}
    {% set of_lines = options.format == 'json' and not options.multi_line %}
    {% for file in files %}
        {% set size = file.size | int %}
        {% set kind = 'plain' if not of_lines or size >= 268435456 else 'bytes' if size < 65536 else 'stream' %}
        {% do known['packed' if sluice.duckdb_is_packed(file.path) else kind].append(file.path) %}
    {% endfor %}
    {% set readers = {} %}
    {% for path in known.bytes %}{% do readers.update({path: 'bytes'}) %}{% endfor %}
    {% for path in known.stream %}{% do readers.update({path: 'stream'}) %}{% endfor %}
    {% for path in sluice.duckdb_odd_files(known.stream) %}{% do readers.update({path: 'bytes'}) %}{% endfor %}
    {% for kind in ('plain', 'packed') %}
        {% set tried = sluice.duckdb_read_by(options, 'stream', known[kind], readers) %}
        {% set slow = sluice.duckdb_slow_reader(options, kind == 'packed') %}
        {% if slow %}{% do sluice.duckdb_read_by(options, slow, tried, readers) %}{% endif %}
    {% endfor %}
    {% set failed = [] %}
    {% for file in files %}
        {% do file.update({'reader': readers.get(file.path)}) %}
        {% if not file.reader %}{% do failed.append(file.path) %}{% endif %}
    {% endfor %}
    {% do return(failed) %}
{% endmacro %}
