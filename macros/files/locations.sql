{% macro plain_path(path) %}
    {# A path in the one spelling that the paths of its files have: ./a//b/../c/ is a/c. Addresses of object stores stay
       as they are, for there a slash is a letter of the name. #}
    {% if '://' in path %}{% do return(path) %}{% endif %}
    {% set steps = [] %}
    {% for step in path.split('/') if step not in ('', '.') %}
        {% if step == '..' and steps and steps[-1] != '..' %}
            {% do steps.pop() %}
        {% else %}
            {% do steps.append(step) %}
        {% endif %}
    {% endfor %}
    {% set root = '/' if path.startswith('/') else '' %}
    {% do return(root ~ steps | join('/') or ('.' if path else '')) %}
{% endmacro %}


{% macro location_root(location) %}
    {# The folder that a location names, up to its first wildcard. #}
    {% set fixed = modules.re.split('[*?\\[]', location)[0] %}
    {% do return(location if fixed == location else fixed.rpartition('/')[0]) %}
{% endmacro %}


{% macro has_wildcard(location) %}
    {# Whether a location is a glob. #}
    {% do return(modules.re.search('[*?\\[]', location) is not none) %}
{% endmacro %}


{% macro path_below(path, root) %}
    {# What of the path of a file is below a folder. A home (~) and the folder itself (.) are not in the paths. #}
    {% set folder = root.lstrip('~').rstrip('/') ~ '/' %}
    {% if root in ('', '.') %}{% do return(path) %}{% endif %}
    {% do return(path.partition(folder)[2] if folder in path else path) %}
{% endmacro %}


{% macro respelling(options) %}
    {# How the paths of the ledger are spelled today, where the location was relative and is absolute by now, or the
       other way round: {'is_absolute', 'from', 'to'}, the beginnings of paths then and now; else none. Told by a file
       of the same name below the same folders, of the same size and time. #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set is_absolute = options.location.startswith(('/', '~')) %}
    {% set others %}
        select path, size, cast(modified_at as {{ dbt.type_string() }}) as modified_at
        from {{ ledger }}
        where relation = {{ sluice.literal(sluice.dataset_id(this)) }}
            and source = {{ sluice.literal(options.name) }}
            and {{ sluice.other_spelling_condition(options) }}
    {% endset %}
    {% set query %}
        select _sluice_others.*, _sluice_listing.path as found
        from (
            {{ others }}
        ) as _sluice_others
        inner join (
            {{ sluice.location_files(options) }}
        ) as _sluice_listing
            on {{ sluice.path_expression(sluice.file_name_expression('_sluice_others.path')) }}
                = {{ sluice.path_expression(sluice.file_name_expression('_sluice_listing.path')) }}
        order by {{ sluice.path_expression('_sluice_others.path') }} asc, found asc
        limit 100
    {% endset %}
    {% set pairs = sluice.query_rows(query) %}
    {% set there = {} %}
    {% for file in sluice.readable_files(pairs | map(attribute='found') | unique(case_sensitive=true) | list).good %}
        {% do there.update({file.path: file}) %}
    {% endfor %}
    {% for pair in pairs if pair.found in there %}
        {% set long, short = (pair.found, pair.path) if is_absolute else (pair.path, pair.found) %}
        {% set below = short | replace('../', '') %}
        {% set file = there[pair.found] %}
        {% if long.endswith('/' ~ below) and file.size == pair.size and file.modified_at | string == pair.modified_at %}
            {% set folder, up = long[:-(below | length)], short[:short | length - below | length] %}
            {% do return({
                'is_absolute': not is_absolute,
                'from': up if is_absolute else folder,
                'to': folder if is_absolute else up,
            }) %}
        {% endif %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro other_spelling_condition(options) %}
    {# True for the files of the ledger that count and are absolute where the location is relative, or the other way. #}
    {% if '://' in options.location %}{% do return('false') %}{% endif %}
    {% do return("status in ('INGESTED', 'EXISTING') and cleaned_at is null and substr(path, 1, 1) "
        ~ ('<>' if options.location.startswith(('/', '~')) else '=') ~ " '/'") %}
{% endmacro %}


{% macro respelled_condition(respelling) %}
    {# True for the paths of the ledger that are spelled otherwise today. #}
    {% do return('substr(path, 1, 1) ' ~ ('=' if respelling.is_absolute else '<>') ~ " '/' and substr(path, 1, "
        ~ respelling.from | length ~ ') = ' ~ sluice.literal(respelling.from)) %}
{% endmacro %}


{% macro respelled_path(respelling) %}
    {# A path of the ledger as it is spelled today. #}
    {% if not respelling %}{% do return('path') %}{% endif %}
    {% do return('case when ' ~ sluice.respelled_condition(respelling) ~ ' then concat('
        ~ sluice.literal(respelling.to) ~ ', substr(path, ' ~ (respelling.from | length + 1) ~ ')) else path end') %}
{% endmacro %}


{% macro path_expression(path) %}
    {# A path so that it is compared byte by byte, whatever the collation of texts is: A.json is not a.json. #}
    {% do return(adapter.dispatch('path_expression', 'sluice')(path)) %}
{% endmacro %}

{% macro default__path_expression(path) %}
    {# Engines that compare texts so anyway. #}
    {% do return(path) %}
{% endmacro %}
