{% macro duckdb__list_files(options, known) %}
    {# A location without wildcards is a file, or a folder read with all below it. #}
    {% set globs = [options.location] %}
    {% if not ('*' in options.location or '?' in options.location or '[' in options.location) %}
        {% do globs.append(options.location.rstrip('/') ~ '/**') %}
    {% endif %}
    {% set listings = [] %}
    {% for glob in globs %}{% do listings.append('select file from glob(' ~ sluice.literal(glob) ~ ')') %}{% endfor %}
    {% set new = sluice.rows("
        with listing as (" ~ listings | join(' union ') ~ "),
        known as (" ~ known ~ ")

        select file as path
        from listing
        where parse_filename(file) not similar to '[._].*'
            and file not in (select path from known)
        order by file
        " ~ ('limit ' ~ options.max_files_per_run if options.max_files_per_run else '')
    ) %}
    {% if not new %}{% do return([]) %}{% endif %}
    {% do return(sluice.rows(
        'select filename as path, size, last_modified::timestamp::varchar as modified_at from read_blob('
        ~ sluice.duckdb_list(new | map(attribute='path')) ~ ') order by path'
    )) %}
{% endmacro %}
