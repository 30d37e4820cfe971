{% macro new_files(options, known) %}
    {# The files of the location that this model is to read now, sorted by path: {'files': [{path, size, modified_at,
       reader}], 'failed': [paths that cannot be read], 'left': how many more wait for a later run, 'existing': the
       files that are passed over for good as they were there before ([{path, size, modified_at}], then 'files' are a
       sample of them), 'listing': a query of the paths of all files that count, 'respelling': see respelling()}. A
       file is known by its path; with allow_overwrites by its size and time too, so all are looked at. #}
    {% set respelling = sluice.respelling(options) if known.respelled else none %}
    {% set ledger = sluice.ledger_files(options, respelling) if respelling or options.allow_overwrites
        else none %}
    {% set paths, listing = known.paths, sluice.location_files(options) %}
    {% if respelling and not options.allow_overwrites %}
        {% set unread = sluice.unread_files(
            listing, ledger, [], none if sluice.needs_a_look(options) else options.max_files_per_run) %}
        {% set paths = sluice.query_rows(unread) | map(attribute='path') | list %}
    {% endif %}
    {% set found = sluice.readable_files(paths) %}
    {% set files = found.good %}
    {% if options.allow_overwrites and files %}
        {% set files = sluice.query_rows(
            sluice.unread_files(sluice.listed_files(files), ledger, ['size', 'modified_at'], none)) %}
    {% elif sluice.needs_a_look(options) %}
        {% set by_path = {} %}
        {% for file in files %}{% do by_path.update({file.path: file}) %}{% endfor %}
        {% set files = [] %}
        {% for path in paths if path in by_path %}{% do files.append(by_path[path]) %}{% endfor %}
    {% endif %}
    {% set bad, existing = found.bad | list, none %}
    {% if sluice.begins_behind_existing(options, known.state) %}
        {% set existing = [] %}
        {% for file in files %}
            {% do existing.append({
                'path': file.path, 'size': file.size | int, 'modified_at': file.modified_at | string,
            }) %}
        {% endfor %}
        {% for path in bad %}{% do existing.append({'path': path, 'size': none, 'modified_at': none}) %}{% endfor %}
        {# What they have for columns is asked of the newest ones. #}
        {% set newest = existing | rejectattr('size', 'none') | sort(attribute='modified_at', reverse=true) %}
        {% set files, bad = newest[:10], [] %}
    {% elif options.modified_after is not none or options.modified_before is not none %}
        {% set files = sluice.files_within_window(options, files) %}
        {% set listing = 'select path from (' ~ sluice.listed_files(files) ~ ') as _sluice_within' %}
    {% endif %}
    {% set chosen = sluice.files_within_limits(options, files) if sluice.needs_a_look(options) else files %}
    {% set readers = sluice.file_readers(options, chosen) %}
    {% set readable = [] %}
    {% for file in chosen %}
        {% if readers.get(file.path) %}
            {% do readable.append({
                'path': file.path, 'size': file.size, 'modified_at': file.modified_at | string,
                'reader': readers[file.path],
            }) %}
        {% else %}
            {% do bad.append(file.path) %}
        {% endif %}
    {% endfor %}
    {% do return({
        'files': readable, 'failed': bad | sort, 'left': files | length - chosen | length, 'existing': existing,
        'listing': listing, 'respelling': respelling,
    }) %}
{% endmacro %}


{% macro known_files(options) %}
    {# What is known and what is there, in one query: {'state': known_state(), 'paths': of the files at the location
       that the ledger does not hold (of all, with allow_overwrites), in the order in which they are read, 'left': how
       many more max_files_per_run leaves for later, 'listed': how many files are there, 'ledger': how many the ledger
       has of this source, 'ingested': how many the table has, 'unreadable': how many of the table could not be read
       before, 'respelled': how many the ledger has in another spelling of the location}. #}
    {% set text = dbt.type_string() %}
    {% set ledger = none if options.allow_overwrites else sluice.ledger_files(options) %}
    {% set limit = none if sluice.needs_a_look(options) else options.max_files_per_run %}
    {% set unread = sluice.unread_files('select path from _sluice_location', ledger, [], limit) %}
    {% set queries = sluice.state_queries(this) %}
    {% do queries.append("select 'file' as kind, path as name, cast(_sluice_failed as " ~ text
        ~ ') as value from (' ~ unread ~ ') as _sluice_unread') %}
    {% do queries.append("select 'listed' as kind, '' as name, cast(count(*) as " ~ text
        ~ ') as value from _sluice_location') %}
    {% if limit %}
        {% do queries.append("select 'unread' as kind, '' as name, cast(count(*) as " ~ text ~ ') as value from ('
            ~ sluice.unread_files('select path from _sluice_location', ledger, [], none) ~ ') as _sluice_unread') %}
    {% endif %}
    {% do queries.extend(sluice.ledger_numbers(options)) %}
    {% set listing = 'with _sluice_location as (' ~ sluice.location_files(options) ~ ')\n' %}
    {% set rows = sluice.query_rows(listing ~ queries | join('\nunion all\n')) %}
    {% set known = {
        'state': sluice.state_of_rows(this, rows), 'paths': [], 'ledger': 0, 'ingested': 0, 'unreadable': 0,
        'respelled': 0, 'unread': 0,
    } %}
    {% for row in rows if row.kind in ('listed', 'ledger', 'ingested', 'unreadable', 'respelled', 'unread') %}
        {% do known.update({row.kind: row.value | int}) %}
    {% endfor %}
    {# A union has no order. #}
    {% set files = rows | selectattr('kind', 'equalto', 'file') | list %}
    {% for failed in ('0', '1') %}
        {% do known.paths.extend(files | selectattr('value', 'equalto', failed) | map(attribute='name')
            | sort(case_sensitive=true)) %}
    {% endfor %}
    {# By another spelling of the paths all files look unread. #}
    {% do known.update({'left': known.unread - known.paths | length if limit and not known.respelled else 0}) %}
    {% do return(known) %}
{% endmacro %}


{% macro unread_files(listing, ledger, more, limit) %}
    {# A query of the files of a listing that the ledger does not hold, by their paths and what else is given; without a
       ledger of all. Names that begin with a dot or an underscore are not finished yet. Files that could not be read
       before (_sluice_failed) come last, so that a limit never stops at them. #}
    select
        *,
        {% if ledger -%}
        case
            when {{ sluice.path_expression('path') }} in (
                select {{ sluice.path_expression('path') }}
                from ({{ ledger }}) as _sluice_ledger
                where status = 'FAILED'
            ) then 1 else 0
        end
        {%- else %}0{% endif %} as _sluice_failed
    from (
        {{ listing }}
    ) as _sluice_listing
    where substr({{ sluice.file_name_expression('path') }}, 1, 1) not in ('.', '_')
    {%- if ledger %}
        and not exists (
            select 1
            from ({{ ledger }}) as _sluice_ledger
            where _sluice_ledger.status = 'INGESTED'
                and {{ sluice.path_expression('_sluice_ledger.path') }}
                    = {{ sluice.path_expression('_sluice_listing.path') }}
                {%- for name in more %}
                and _sluice_ledger.{{ name }} = _sluice_listing.{{ name }}
                {%- endfor %}
        )
    {%- endif %}
    order by _sluice_failed asc, {{ sluice.path_expression('path') }} asc
    {%- if limit %}
    limit {{ limit }}
    {%- endif %}
{% endmacro %}


{% macro listed_paths(location) %}
    {# A query of the paths of all files at a location: a file, a folder with all below it, or a glob. #}
    {% do return(adapter.dispatch('listed_paths', 'sluice')(location)) %}
{% endmacro %}


{% macro file_name_expression(path) %}
    {# The name of a file, without its folders. #}
    {% do return(adapter.dispatch('file_name_expression', 'sluice')(path)) %}
{% endmacro %}


{% macro readable_files(paths, with_times=true) %}
    {# {'good': [{path, size, modified_at}], 'bad': paths of files that are not there or may not be opened}. Without
       times only 'bad' is asked for. #}
    {% do return(adapter.dispatch('readable_files', 'sluice')(paths, with_times)) %}
{% endmacro %}


{% macro listed_files(files) %}
    {# A query of files: path, size, modified_at. #}
    {% do return(adapter.dispatch('listed_files', 'sluice')(files)) %}
{% endmacro %}

{% macro default__listed_files(files) %}
    {# Right everywhere, slow to parse where there are very many files. #}
    {% set rows = [] %}
    {% for file in files %}
        {% do rows.append(
            'select ' ~ sluice.literal(file.path) ~ ' as path, ' ~ file.size ~ ' as size, '
            ~ sluice.timestamp_expression(file.modified_at) ~ ' as modified_at'
        ) %}
    {% endfor %}
    {% do return(rows | join('\nunion all\n')) %}
{% endmacro %}


{% macro file_readers(options, files) %}
    {# {path: the name of a reader that takes all of the file}; a file that none can read is left out. #}
    {% do return(adapter.dispatch('file_readers', 'sluice')(options, files)) %}
{% endmacro %}
