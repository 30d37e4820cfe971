{% macro duckdb__list_files(options, known) %}
    {% set paths = sluice.duckdb_listing(options, known) %}
    {% set opened = sluice.duckdb_opened(paths) %}
    {% set files = [] %}
    {% if opened.good %}
        {# A file that was rewritten is new again: that is known by its size and time only, so all are looked at. #}
        {% set same = 'known.path = listing.path and known.size = listing.size and known.modified_at = listing.modified_at' %}
        {% set files = sluice.rows(
            'select path, size, modified_at::varchar as modified_at from (
                select filename as path, size, make_timestamp(epoch_us(last_modified)) as modified_at
                from read_blob(' ~ sluice.duckdb_paths(opened.good) ~ ')
            ) as listing where true'
            ~ (sluice.duckdb_unknown(options, known, same) if options.allow_overwrites else ' order by path')
        ) %}
    {% endif %}
    {% set failed = sluice.duckdb_choose_readers(options, files) %}
    {% do return({'files': files | selectattr('reader') | list, 'failed': (opened.bad + failed) | sort}) %}
{% endmacro %}
