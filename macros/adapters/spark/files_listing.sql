{% macro spark__source_location(source) %}
    {# Files on the machine of Spark have two spellings, of which this is the one of their paths. #}
    {% for node in graph.sources.values()
        if node.schema == source.schema and node.identifier == source.identifier %}
        {% set location = sluice.meta_of_source(node).get('external_location', '') | string %}
        {% for name in ('name', 'identifier', 'schema') %}
            {% set location = location | replace('{' ~ name ~ '}', node[name]) %}
        {% endfor %}
        {% do return(modules.re.sub('^file:(//)?(?=/)', '', location)) %}
    {% endfor %}
    {% do return('') %}
{% endmacro %}


{% macro spark__listed_paths(location) %}
    {# The folder that holds all of it is listed with all below, for a glob of Spark fails where a name has a colon. #}
    {% set root = sluice.location_root(location) or '/' %}
    {% if sluice.spark_is_missing(root, false) %}
        {% do return("select cast('' as string) as path where false") %}
    {% endif %}
    {% set view = sluice.spark_file_view('binaryFile', root, {'recursiveFileLookup': 'true'}) %}
    {% set listing = 'select ' ~ sluice.spark_plain_path('path') ~ ' as path from ' ~ view %}
    {% if root == location %}{% do return(listing) %}{% endif %}
    {% do return('select path from (' ~ listing ~ ') as _sluice_below where '
        ~ sluice.pattern_condition('path', sluice.spark_glob_pattern(location))) %}
{% endmacro %}


{% macro spark_glob_pattern(glob) %}
    {# The regular expression of a glob of paths: ** is any number of folders, and * stays within one. #}
    {% set characters = [] %}
    {% set pieces = modules.re.findall('[*][*]/|[*][*]|\\[[^\\]]+\\]|.', glob) %}
    {% for piece in pieces %}
        {% do characters.append({'**/': '(.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]'}.get(piece)
            or (piece | replace('[!', '[^') if piece.startswith('[') and piece | length > 1
                else sluice.literal_pattern(piece))) %}
    {% endfor %}
    {# Without an address Spark adds its own to a path. #}
    {% set address = '' if '://' in glob else '([A-Za-z0-9+.-]+:(//[^/]*)?)?' %}
    {% do return('^' ~ address ~ characters | join ~ '$') %}
{% endmacro %}


{% macro spark__file_name_expression(path) %}
    {% do return("substring_index(" ~ path ~ ", '/', -1)") %}
{% endmacro %}


{% macro spark__readable_files(paths, with_times) %}
    {# What is not there is passed over in silence, but for the last one. #}
    {% set columns = sluice.spark_plain_path('path') ~ ' as path, length as size, '
        ~ 'cast(modificationTime as string) as modified_at' %}
    {% set queries, good = [], {} %}
    {% for view in sluice.spark_file_views('binaryFile', paths, {}) %}
        {% do queries.append('select ' ~ columns ~ ' from ' ~ view) %}
    {% endfor %}
    {% for file in (sluice.query_rows(queries | join('\nunion all\n')) if queries else []) %}
        {% do good.update({file.path: file}) %}
    {% endfor %}
    {% set files, bad = [], [] %}
    {% for path in paths %}
        {% if path not in good %}{% do bad.append(path) %}
        {% elif with_times %}{% do files.append(good[path]) %}{% endif %}
    {% endfor %}
    {% do return({'good': files | sort(attribute='path', case_sensitive=true), 'bad': bad}) %}
{% endmacro %}


{% macro spark__listed_files(files) %}
    {# One JSON text: a row of literals a file takes the parser as long as reading it. #}
    {% set rows = [] %}
    {% for file in files %}
        {% do rows.append({'path': file.path, 'size': file.size, 'modified_at': file.modified_at | string}) %}
    {% endfor %}
    {% do return('select path, size, cast(modified_at as timestamp) as modified_at from (select inline(from_json('
        ~ sluice.literal(tojson(rows)) ~ ", 'array<struct<path: string, size: bigint, modified_at: string>>'))"
        ~ ') as _sluice_listed') %}
{% endmacro %}


{% macro spark__path_level_expression(path, name) %}
    {% set level = sluice.literal('/' ~ modules.re.escape(name) ~ '=([^/]*)/') %}
    {% do return(
        'case when ' ~ path ~ ' rlike ' ~ level ~ " then url_decode(replace(regexp_extract(" ~ path ~ ', ' ~ level
        ~ ", 1), '+', '%2B')) end"
    ) %}
{% endmacro %}


{% macro spark_plain_path(path) %}
    {# A path as Spark lists it: files of the machine itself without the address that Spark adds. #}
    {% do return("regexp_replace(" ~ path ~ ", '^file:(//)?', '')") %}
{% endmacro %}


{% macro spark_read_path() %}
    {# The path of the file that a row is read from, which Spark writes as an address: with %20 for a space. #}
    {% do return(sluice.spark_plain_path("url_decode(replace(input_file_name(), '+', '%2B'))")) %}
{% endmacro %}


{% macro spark_file_views(format, paths, settings) %}
    {# The names of temporary views of exactly these files; those that are not there are left out. A view, for it takes
       options. A list in braces is one; a name with characters that would be a pattern in there has its own. #}
    {% set plain, odd = {}, [] %}
    {% for path in paths %}
        {% set address = modules.re.match('[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?(?=/)', path) %}
        {% set address = address.group(0) if address else '' %}
        {% set rest = path[address | length + 1:] %}
        {% if modules.re.search('[{}\\[\\]*?\\\\,:]', rest) %}{% do odd.append(path) %}
        {% else %}{% do plain.setdefault(address or 'file:', []).append(rest) %}{% endif %}
    {% endfor %}
    {% set lists, views = [], [] %}
    {% for address, rests in plain.items() %}
        {% do lists.append([address ~ '/' ~ (rests[0] if rests | length == 1 else '{' ~ rests | join(',') ~ '}'),
            rests | length > 1]) %}
    {% endfor %}
    {% for path in odd %}{% do lists.append([path, false]) %}{% endfor %}
    {% for path, is_glob in lists %}
        {% if not sluice.spark_is_missing(path, is_glob) %}
            {% do views.append(sluice.spark_file_view(format, path, settings, is_glob)) %}
        {% endif %}
    {% endfor %}
    {% do return(views) %}
{% endmacro %}


{% macro spark_is_missing(path, is_glob) %}
    {# Whether no file is there. A character that would be a pattern stands for any. #}
    {% set asked = path if is_glob else modules.re.sub('[{}\\[\\]*?\\\\,]', '?', path) %}
    {% do return('PATH_NOT_FOUND' in (
        sluice.spark_refusal('select 1 from binaryFile.' ~ sluice.quote(asked)) or '')) %}
{% endmacro %}


{% macro spark_file_view(format, path, settings, is_glob=false) %}
    {# The name of a temporary view of the files of a path, made now: it knows what is there at this moment. It is seen
       by the connection only that makes it, which is the node's own. #}
    {% set options = dict(settings, path=path) %}
    {% if not is_glob %}{% do options.update({'__globPaths__': 'false'}) %}{% endif %}
    {% set items = [] %}
    {% for name, value in options.items() %}
        {% do items.append(sluice.quote(name) ~ ' ' ~ sluice.literal(value)) %}
    {% endfor %}
    {% set text = items | join(', ') %}
    {% set view = sluice.spark_view_name(format ~ text) %}
    {% do sluice.run_statement('create or replace temporary view ' ~ view ~ ' using ' ~ format
        ~ ' options (' ~ text ~ ')') %}
    {% do return(view) %}
{% endmacro %}


{% macro spark_view_name(text) %}
    {# The name of a temporary view of what a text says. #}
    {% set owner = model.unique_id if model is defined else '' %}
    {% do return('_sluice_files_' ~ local_md5(invocation_id ~ owner ~ text)[:16]) %}
{% endmacro %}
