{% macro duckdb_choose_readers(options, files) %}
    {# Gives each file the reader that takes all of it and returns the paths that have none: 'stream' is the fast one,
       'bytes' and 'latin' (compressed files) cope with every byte. A look at the bytes beforehand finds lines that the
       fast one would cut or refuse; it loads a file whole, so it is for those below 256 MiB. #}
    {% set known = {'seen': [], 'plain': [], 'packed': []} %}
    {% for file in files %}
        {% set packed = file.path.lower().endswith(('.gz', '.zst')) %}
        {% set seen = options.format == 'json' and not options.multi_line and file.size | int < 268435456 %}
        {% do known['packed' if packed else 'seen' if seen else 'plain'].append(file.path) %}
    {% endfor %}
    {% set readers = {} %}
    {% for path in known.seen %}{% do readers.update({path: 'stream'}) %}{% endfor %}
    {% for path in sluice.duckdb_odd_files(known.seen) %}{% do readers.update({path: 'bytes'}) %}{% endfor %}
    {% for kind, slow in [('plain', 'bytes'), ('packed', none if options.multi_line else 'latin')] %}
        {% set tried = sluice.duckdb_read_by(options, 'stream', known[kind], readers) %}
        {% if slow and options.format == 'json' %}{% do sluice.duckdb_read_by(options, slow, tried, readers) %}{% endif %}
    {% endfor %}
    {% set failed = [] %}
    {% for file in files %}
        {% do file.update({'reader': readers.get(file.path)}) %}
        {% if not file.reader %}{% do failed.append(file.path) %}{% endif %}
    {% endfor %}
    {% do return(failed) %}
{% endmacro %}
