{% macro location_files(options) %}
    {# A query of the paths of all files at the location of a source whose names pass its path_glob_filter. #}
    {% set listing = sluice.listed_paths(options.location) %}
    {% if options.path_glob_filter is none %}{% do return(listing) %}{% endif %}
    {% do return('select path from (' ~ listing ~ ') as _sluice_all where '
        ~ sluice.file_name_condition(options.path_glob_filter)) %}
{% endmacro %}


{% macro file_name_condition(glob) %}
    {# True where the name of the file at `path` is matched by a glob: *, ?, [abc], [^a-c] and {csv,tsv}. #}
    {% set characters = [] %}
    {% set inside = namespace(list=false, set=false) %}
    {% for character in glob %}
        {% if inside.set %}
            {% set inside.set = character != ']' %}
            {% do characters.append(character) %}
        {% elif character == '[' %}
            {% set inside.set = true %}
            {% do characters.append(character) %}
        {% elif character in '{}' %}
            {% set inside.list = character == '{' %}
            {% do characters.append({'{': '(', '}': ')'}[character]) %}
        {% elif character == ',' and inside.list %}
            {% do characters.append('|') %}
        {% else %}
            {% do characters.append({'*': '.*', '?': '.'}.get(character) or sluice.literal_pattern(character)) %}
        {% endif %}
    {% endfor %}
    {% do return(sluice.pattern_condition(sluice.file_name_expression('path'), '^' ~ characters | join ~ '$')) %}
{% endmacro %}


{% macro needs_a_look(options) %}
    {# Whether it takes the size or the time of a file to know if it is read in this run, not its name alone. #}
    {% do return(options.allow_overwrites or options.modified_after is not none or options.modified_before is not none
        or options.max_bytes_per_run is not none or not options.include_existing_files) %}
{% endmacro %}


{% macro begins_behind_existing(options, state) %}
    {# Whether the files that are there now are passed over: include_existing_files is false, and this table has not
       read the source before. #}
    {% do return(not options.include_existing_files and not sluice.is_preview()
        and (state.dataset ~ ' < ' ~ options.name) not in state.options) %}
{% endmacro %}


{% macro files_within_window(options, files) %}
    {# Those files that were modified after modified_after and before modified_before. #}
    {% set within = [] %}
    {% for file in files %}
        {% set moment = file.modified_at | string %}
        {% if (options.modified_after is none or moment > options.modified_after)
            and (options.modified_before is none or moment < options.modified_before) %}
            {% do within.append(file) %}
        {% endif %}
    {% endfor %}
    {% do return(within) %}
{% endmacro %}


{% macro files_within_limits(options, files) %}
    {# The first files, as many as max_files_per_run and max_bytes_per_run allow; always one. #}
    {% set chosen = [] %}
    {% set sum = namespace(bytes=0, is_full=false) %}
    {% for file in files if options.max_files_per_run is none or loop.index <= options.max_files_per_run %}
        {% set sum.bytes = sum.bytes + file.size | int %}
        {% if chosen and options.max_bytes_per_run is not none and sum.bytes > options.max_bytes_per_run %}
            {% set sum.is_full = true %}
        {% endif %}
        {% if not sum.is_full %}{% do chosen.append(file) %}{% endif %}
    {% endfor %}
    {% do return(chosen) %}
{% endmacro %}


{% macro choice_option_errors(options) %}
    {# What is wrong with the options that say which files are read, a message each; a moment becomes a text as files
       have it. #}
    {% set errors = [] %}
    {% for name, unit in {'max_files_per_run': 'files', 'max_bytes_per_run': 'bytes'}.items() %}
        {% set limit = options[name] %}
        {% if limit is not none and (limit is not integer or limit is boolean or limit < 1) %}
            {% do errors.append(name ~ ' must be a number of ' ~ unit ~ ' from 1 on, found: ' ~ limit) %}
        {% endif %}
    {% endfor %}
    {% if options.include_existing_files is not boolean %}
        {% do errors.append('include_existing_files must be true or false, found: ' ~ options.include_existing_files) %}
    {% endif %}
    {% set glob = options.path_glob_filter %}
    {% if glob is not none and (glob is not string or not glob or '/' in glob
        or glob.count('[') != glob.count(']') or glob.count('{') != glob.count('}')) %}
        {% do errors.append("path_glob_filter must be a glob for names of files, such as '*.csv', found: " ~ glob) %}
    {% endif %}
    {% for name in ('modified_after', 'modified_before') if options[name] is not none %}
        {% set moment = options[name] | string | replace('T', ' ') | replace('Z', '') | replace('+00:00', '') %}
        {% set is_day = modules.re.match('[0-9]{4}-[01][0-9]-[0-3][0-9]$', moment) %}
        {% if is_day or modules.re.match(
            '[0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]+)?$', moment) %}
            {% do options.update({name: moment ~ (' 00:00:00' if is_day else '')}) %}
        {% else %}
            {% do errors.append(name ~ " must be a moment in UTC, such as '2026-11-01' or '2026-11-01 06:00:00', "
                ~ 'found: ' ~ options[name]) %}
        {% endif %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
