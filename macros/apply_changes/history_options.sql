{% macro history_options(node, given, keys, output, errors) %}
    {# scd_type, start_at and end_at, system_time, and what a snapshot has beside them (snapshot, hard_deletes,
       open_end). #}
    {% set options = {
        'keys': keys, 'scd_type': 2, 'snapshot': none, 'hard_deletes': 'invalidate', 'open_end': none,
    } %}
    {% if node.resource_type == 'snapshot' %}
        {% set names = sluice.snapshot_column_names(node) %}
        {% do options.update({
            'snapshot': names,
            'start_at': names.dbt_valid_from,
            'end_at': names.dbt_valid_to,
            'hard_deletes': node.config.get('hard_deletes') or 'invalidate',
            'open_end': node.config.get('dbt_valid_to_current'),
        }) %}
        {% if options.hard_deletes not in ('invalidate', 'new_record') %}
            {% do errors.append('hard_deletes must be invalidate or new_record: '
                ~ 'a delete event always closes its version, found: ' ~ options.hard_deletes) %}
        {% endif %}
    {% else %}
        {% set scd_type = 1 if given.get('stored_as_scd_type') is none else given.stored_as_scd_type %}
        {% if scd_type | string not in ('1', '2') %}
            {% do errors.append('stored_as_scd_type must be 1 or 2, found: ' ~ tojson(scd_type)) %}
        {% endif %}
        {% do options.update({
            'scd_type': 1 if scd_type | string == '1' else 2,
            'start_at': 'valid_from' if given.get('start_at') is none else given.start_at,
            'end_at': 'valid_to' if given.get('end_at') is none else given.end_at,
        }) %}
    {% endif %}
    {% do options.update({'system_time': sluice.system_time_option(node, given, options, output, errors)}) %}
    {% do errors.extend(sluice.history_option_errors(given, output, options)) %}
    {% do return(options) %}
{% endmacro %}


{% macro history_option_errors(given, output, options) %}
    {# Options that do not go with the SCD type, or that a snapshot has under another name. #}
    {% set errors = [] %}
    {% set history = ('start_at', 'end_at', 'track_history_column_list', 'track_history_except_column_list') %}
    {% set instead = {
        'keys': 'unique_key', 'stored_as_scd_type': 'type 2 always',
        'start_at': 'snapshot_meta_column_names: {dbt_valid_from: ...}',
        'end_at': 'snapshot_meta_column_names: {dbt_valid_to: ...}',
    } if options.snapshot else {} %}
    {% for name in given if given[name] is not none %}
        {% if name in instead %}
            {% do errors.append(
                name ~ ' is not for snapshots; they have ' ~ instead[name] ~ ', found: ' ~ tojson(given[name])
            ) %}
        {% elif name in history and options.scd_type == 1 %}
            {% do errors.append(name ~ ' needs stored_as_scd_type: 2; with type 1 there is no history, found: '
                ~ tojson(given[name])) %}
        {% endif %}
    {% endfor %}
    {% do return(errors + (sluice.interval_name_errors(output, options) if options.scd_type == 2 else [])) %}
{% endmacro %}


{% macro interval_name_errors(output, options) %}
    {# The names of the columns that a history adds: names, one each, and none that another column has. #}
    {% set errors, added = [], {} %}
    {% if options.snapshot %}
        {% set names = {'dbt_valid_from': options.start_at, 'dbt_valid_to': options.end_at} %}
        {% for name, chosen in dict(names, **sluice.snapshot_only_columns(options)).items() %}
            {% do added.update({'snapshot_meta_column_names ' ~ name: chosen}) %}
        {% endfor %}
    {% else %}
        {% do added.update({'start_at': options.start_at, 'end_at': options.end_at}) %}
    {% endif %}
    {% set taken = sluice.names_taken_by_dbt(options) %}
    {% for name in output if name | lower in taken %}
        {% do errors.append("the query has a column '" ~ name ~ "', which dbt's snapshots use for themselves and would "
            ~ 'lose the values of; drop it by except_column_list, or give it another name in the query') %}
    {% endfor %}
    {% set seen = {} %}
    {% for option, name in added.items() %}
        {% if name is not string or not name | trim %}
            {% do errors.append(option ~ ' must be a column name, found: ' ~ tojson(name)) %}
        {% elif sluice.is_reserved(name) %}
            {% do errors.append(
                option ~ " must be a name without the reserved prefix _sluice_, found: '" ~ name ~ "'"
            ) %}
        {% elif name | lower in taken %}
            {% do errors.append(option ~ " must be a name that dbt's snapshots do not use for themselves, found: '"
                ~ name ~ "'") %}
        {% elif name | lower in seen %}
            {% do errors.append(seen[name | lower] ~ ' and ' ~ option ~ " must differ, found twice: '" ~ name ~ "'") %}
        {% elif sluice.find_name(output, name) is not none %}
            {% do errors.append("the query has a column '" ~ name ~ "', and so is called the column of " ~ option
                ~ '; drop the one by except_column_list, or name the other by ' ~ option.split(' ')[0]) %}
        {% endif %}
        {% do seen.update({name | string | lower: option}) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}


{% macro snapshot_only_columns(options) %}
    {# {dbt's name: chosen name} of the columns that a snapshot has beside the interval; none for a model. #}
    {% set columns = {} %}
    {% for name in ('dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted')
        if options.snapshot and (name != 'dbt_is_deleted' or options.hard_deletes == 'new_record') %}
        {% do columns.update({name: options.snapshot[name]}) %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}


{% macro names_taken_by_dbt(options) %}
    {# Columns that dbt's snapshot materialization has in its own staging table, and leaves out of the target. #}
    {% if not options.snapshot %}{% do return([]) %}{% endif %}
    {% set names = ['dbt_change_type', 'dbt_unique_key'] %}
    {% for key in options['keys'] %}{% do names.append('dbt_unique_key_' ~ loop.index) %}{% endfor %}
    {% do return(names) %}
{% endmacro %}


{% macro open_end_errors(options, columns) %}
    {# dbt_valid_to_current stands in valid_to, beside values of the sequence: it has to be of their type. #}
    {% set sequence = sluice.sequence_expression(options.sequence, columns) %}
    {% set found = sluice.checked_expressions(columns, {
        'sequence': sequence, 'either': 'coalesce(' ~ sequence ~ '\n, ' ~ options.open_end ~ '\n)',
    }) %}
    {% if found.either.error %}
        {% do return(['dbt_valid_to_current must be an SQL expression of the type of sequence_by ('
            ~ found.sequence.dtype ~ "), found: '" ~ options.open_end ~ "': " ~ found.either.error]) %}
    {% elif found.either.dtype != found.sequence.dtype %}
        {% do return(['dbt_valid_to_current must be of the type of sequence_by (' ~ found.sequence.dtype ~ "), found: '"
            ~ options.open_end ~ "', which makes valid_to " ~ found.either.dtype ~ '; cast it']) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}


{% macro snapshot_column_names(node) %}
    {# dbt's names of the columns that a snapshot adds, with the node's own choices. #}
    {% set names = {} %}
    {% do names.update(get_snapshot_table_column_names()) %}
    {% for column, name in (node.config.get('snapshot_meta_column_names') or {}).items() if name %}
        {% do names.update({column: name}) %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}
