{% macro duckdb__source_location(source) %}
    {# dbt-duckdb quotes the location for use in a from clause. #}
    {% do return((source.external or '').strip("'")) %}
{% endmacro %}


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


{% macro duckdb_listing(options, known) %}
    {# Paths of the location, by default those that the ledger does not hold. A location without wildcards is a file, or
       a folder read with all below it. Names that begin with a dot or an underscore are not finished yet. #}
    {% set location = options.location %}
    {% set listing = 'select file as path from glob(' ~ sluice.literal(location) ~ ')' %}
    {% if sluice.location_root(location) == location and not location.startswith('http') %}
        {# An object store lists a location without wildcards as itself, be it a file or a folder. #}
        {% set listing = 'select path from (' ~ listing ~ ' union select file from glob('
            ~ sluice.literal(location.rstrip('/') ~ '/**') ~ ')) qualify count(*) over () = 1 or path <> ' ~ sluice.literal(location) %}
    {% endif %}
    {% set whole = options.allow_overwrites %}
    {% do return(sluice.rows(
        'select path from (' ~ listing ~ ") as listing
        where parse_filename(path) not similar to '[._].*'"
        ~ ('' if whole else sluice.duckdb_unknown(options, known, 'known.path = listing.path'))
    ) | map(attribute='path') | list) %}
{% endmacro %}


{% macro duckdb_hidden_by_path(name) %}
    {# A line may have a field of the same name as a folder level: where it says something else, it is rescued. #}
    {% set pointer = sluice.duckdb_json_pointer(name) %}
    {% do return('json_extract_string(line, ' ~ pointer ~ ') <> ' ~ sluice.duckdb_path_level(name)) %}
{% endmacro %}


{% macro duckdb_path_level(name) %}
    {# What a folder of the path says of a field (year=2026), or null. #}
    {% set level = sluice.literal('/' ~ modules.re.escape(name) ~ '=([^/]*)/') %}
    {% do return('case when regexp_matches(path, ' ~ level ~ ') then url_decode(regexp_extract(path, ' ~ level ~ ', 1)) end') %}
{% endmacro %}


{% macro duckdb_unknown(options, known, same) %}
    {# Condition, order and limit that leave the new ones of a listing. Those that could not be read before come last, so
       that a limit never stops at them. #}
    {% do return(
        (' and not exists (select 1 from (' ~ known ~ ") as known where status = 'INGESTED' and " ~ same ~ ')' if known else '')
        ~ ' order by ' ~ ('path in (select path from (' ~ known ~ ") where status = 'FAILED'), " if known else '') ~ 'path'
        ~ (' limit ' ~ options.max_files_per_run if options.max_files_per_run else '')
    ) %}
{% endmacro %}


{% macro duckdb_opened(paths) %}
    {# {'good', 'bad'}: the files that are there and may be opened. read_blob() passes over a missing one in silence. #}
    {% do return(sluice.duckdb_split(
        "select case when count(size) = COUNT then 1 else error('a file vanished') end from read_blob(PATHS)", paths)) %}
{% endmacro %}


{% macro duckdb_split(query, paths, found=none) %}
    {# {'good', 'bad', 'groups' of good ones}: the paths with which a query succeeds, its PATHS being a list of them,
       COUNT their number. All at once when all are good, else by halves: a few bad files among many cost a few more
       looks. #}
    {% set found = found if found is not none else {'good': [], 'bad': [], 'groups': []} %}
    {% if paths %}
        {% if sluice.duckdb_succeeds(query | replace('COUNT', paths | length) | replace('PATHS', sluice.duckdb_paths(paths))) %}
            {% do found.good.extend(paths) %}
            {% do found.groups.append(paths) %}
        {% elif paths | length == 1 %}
            {% do found.bad.extend(paths) %}
        {% else %}
            {% set middle = paths | length // 2 %}
            {% do sluice.duckdb_split(query, paths[:middle], found) %}
            {% do sluice.duckdb_split(query, paths[middle:], found) %}
        {% endif %}
    {% endif %}
    {% do return(found) %}
{% endmacro %}


{% macro duckdb_succeeds(query) %}
    {# Whether a query runs to its end. location_exists() is the adapter's one method that answers an error with
       false; it asks "select 1 from '<location>' where 1=0", so the query goes in beside a table that is always there. #}
    {% do return(adapter.location_exists("pg_am' where (" ~ query ~ ') is not null --')) %}
{% endmacro %}


{% macro duckdb_paths(paths) %}
    {# A list of exactly these files: what a name holds of glob characters stands for itself. #}
    {% set escaped = [] %}
    {% for path in paths %}
        {% do escaped.append(path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) %}
    {% endfor %}
    {% do return(sluice.duckdb_list(escaped)) %}
{% endmacro %}


{% macro duckdb_list(values) %}
    {# From one JSON text: a literal for each of 100,000 values takes the parser as long as reading a million lines. #}
    {% do return('from_json(' ~ sluice.literal(tojson(values | list)) ~ ", '[\"VARCHAR\"]')") %}
{% endmacro %}


{% macro duckdb__vanished_files(files) %}
    {% do return(sluice.duckdb_opened(files | map(attribute='path') | list).bad) %}
{% endmacro %}


{% macro duckdb__listed_files(files) %}
    {# One JSON text, as in duckdb_list. #}
    {% set type = '[{"path": "VARCHAR", "size": "BIGINT", "modified_at": "TIMESTAMP"}]' %}
    {% do return(
        'select unnest(from_json(' ~ sluice.literal(tojson(files)) ~ ', ' ~ sluice.literal(type) ~ '), recursive := true)') %}
{% endmacro %}
