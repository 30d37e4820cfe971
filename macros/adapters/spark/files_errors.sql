{% macro spark__told_read_errors(plans) %}
    {# By a look at the files: what Spark itself says of a file that it cannot read ends the run. #}
    {% set reasons, paths = {}, [] %}
    {% for plan in plans %}{% do paths.extend(plan.failed) %}{% endfor %}
    {% set heads = sluice.spark_heads(paths) %}
    {% for plan in plans %}
        {% for path in plan.failed %}
            {% do reasons.update({path: sluice.spark_read_error(plan.options, path, heads.get(path))}) %}
        {% endfor %}
    {% endfor %}
    {% do return(reasons) %}
{% endmacro %}


{% macro spark_heads(paths) %}
    {# {path: {'size', 'head': its first bytes as hexadecimal digits}} of the files that are there. #}
    {% set heads, plain = {}, [] %}
    {% for path in paths if not sluice.spark_has_bad_name(path) %}{% do plain.append(path) %}{% endfor %}
    {% for file in sluice.readable_files(plain).good %}{% do heads.update({file.path: {'size': file.size | int}}) %}
    {% endfor %}
    {% set small = [] %}
    {% for path, file in heads.items() if file.size < 268435456 %}{% do small.append(path) %}{% endfor %}
    {% for view in (sluice.spark_file_views('binaryFile', small, {}) if small else []) %}
        {% for row in sluice.query_rows('select ' ~ sluice.spark_plain_path('path')
            ~ ' as path, hex(substr(content, 1, 4)) as head from ' ~ view) %}
            {% do heads[row.path].update({'head': row.head}) %}
        {% endfor %}
    {% endfor %}
    {% do return(heads) %}
{% endmacro %}


{% macro spark_has_bad_name(path) %}
    {# Hadoop reads no file of the machine itself whose name has a colon. #}
    {% do return(path.startswith('/') and ':' in path.rpartition('/')[2]) %}
{% endmacro %}


{% macro spark_read_error(options, path, file) %}
    {# Why a file cannot be read; `file` is what spark_heads() has of it, or none. #}
    {% if sluice.spark_has_bad_name(path) %}
        {% do return('Spark reads no file of its own machine whose name has a colon; rename it') %}
    {% elif file is none %}
        {% do return('the file is not there') %}
    {% endif %}
    {% set head = file.get('head') or '' %}
    {% if path.lower().endswith('.zst') and options.format not in ('parquet', 'binary') %}
        {% do return('Spark unpacks no zstd; pack it with gzip') %}
    {% elif path.lower().endswith('.gz') and options.format not in ('parquet', 'binary') %}
        {% do return('it does not begin as gzip does' if head and not head.startswith('1F8B')
            else 'it cannot be unpacked to its end, or is no ' ~ options.format) %}
    {% elif head.startswith('1F8B') or head == '28B52FFD' %}
        {% do return('it looks packed, and its name does not say so; a name that ends in '
            ~ ('.gz' if head.startswith('1F8B') else '.zst') ~ ' would') %}
    {% elif file.size >= 268435456 %}
        {% do return('Spark would hold all of it in memory; it has to be below 256 MiB') %}
    {% elif options.format == 'parquet' %}
        {% do return('it does not begin and end as Parquet does') %}
    {% endif %}
    {% do return('it has no header, or ' ~ ('a row that does not fit it' if options.mode == 'failfast'
        else 'no row that fits it')) %}
{% endmacro %}
