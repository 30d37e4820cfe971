{% macro duckdb__source_location(source) %}
    {# Such a source is written as its location, in the quotation marks of a text. #}
    {% set found = modules.re.search("'([^']*)'", source | string) %}
    {% do return(found.group(1) if found else '') %}
{% endmacro %}


{% macro duckdb__listed_paths(location) %}
    {% set path = sluice.path_expression('file') %}
    {% set listing = 'select ' ~ path ~ ' as path from glob(' ~ sluice.literal(location) ~ ')' %}
    {% if sluice.has_wildcard(location) or location.startswith('http') %}{% do return(listing) %}{% endif %}
    {# An object store lists a location without wildcards as itself, be it a file or a folder. #}
    {% do return(
        'select path from (' ~ listing ~ ' union select ' ~ path ~ ' from glob('
        ~ sluice.literal(location.rstrip('/') ~ '/**')
        ~ ')) qualify count(*) over () = 1 or ' ~ sluice.path_expression('path') ~ ' <> ' ~ sluice.literal(location)
    ) %}
{% endmacro %}


{% macro duckdb__path_expression(path) %}
    {% do return('(' ~ path ~ ' collate "binary")') %}
{% endmacro %}


{% macro duckdb__file_name_expression(path) %}
    {% do return('parse_filename(' ~ path ~ ')') %}
{% endmacro %}


{% macro duckdb__readable_files(paths, with_times) %}
    {# read_blob() passes over a missing file in silence. #}
    {% set found = sluice.duckdb_bisect(
        "select case when count(size) = COUNT then 1 else error('a file vanished') end from read_blob(PATHS)", paths) %}
    {% if not found.good or not with_times %}{% do return({'good': [], 'bad': found.bad}) %}{% endif %}
    {% set files = sluice.query_rows(
        'select filename as path, size, make_timestamp(epoch_us(last_modified))::varchar as modified_at from read_blob('
        ~ sluice.duckdb_paths(found.good) ~ ') order by path asc'
    ) %}
    {% do return({'good': files, 'bad': found.bad}) %}
{% endmacro %}


{% macro duckdb__listed_files(files) %}
    {# One JSON text, as in duckdb_list. #}
    {% set type = '[{"path": "VARCHAR", "size": "BIGINT", "modified_at": "TIMESTAMP"}]' %}
    {% do return(
        'select unnest(from_json(' ~ sluice.literal(tojson(files)) ~ ', ' ~ sluice.literal(type)
        ~ '), recursive := true)'
    ) %}
{% endmacro %}


{% macro duckdb_bisect(query, paths, found=none) %}
    {# {'good', 'bad', 'groups' of good ones}: the paths with which a query succeeds, its PATHS being a list of them,
       COUNT their number. All at once when all are good, else by halves: a few bad files among many cost a few more
       looks. #}
    {% set found = found if found is not none else {'good': [], 'bad': [], 'groups': []} %}
    {% if paths %}
        {% set asked = query | replace('COUNT', paths | length) | replace('PATHS', sluice.duckdb_paths(paths)) %}
        {% if sluice.duckdb_runs(asked) %}
            {% do found.good.extend(paths) %}
            {% do found.groups.append(paths) %}
        {% elif paths | length == 1 %}
            {% do found.bad.extend(paths) %}
        {% else %}
            {% set middle = paths | length // 2 %}
            {% do sluice.duckdb_bisect(query, paths[:middle], found) %}
            {% do sluice.duckdb_bisect(query, paths[middle:], found) %}
        {% endif %}
    {% endif %}
    {% do return(found) %}
{% endmacro %}


{% macro duckdb_paths(paths) %}
    {# A list of exactly these files: what a name holds of glob characters stands for itself. #}
    {% set escaped = [] %}
    {% for path in paths %}
        {% do escaped.append(path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) %}
    {% endfor %}
    {% do return(sluice.duckdb_list(escaped)) %}
{% endmacro %}


{% macro duckdb__path_level_expression(path, name) %}
    {% set level = sluice.literal('/' ~ modules.re.escape(name) ~ '=([^/]*)/') %}
    {% do return(
        'case when regexp_matches(' ~ path ~ ', ' ~ level ~ ') '
        ~ 'then url_decode(regexp_extract(' ~ path ~ ', ' ~ level ~ ', 1)) end'
    ) %}
{% endmacro %}
