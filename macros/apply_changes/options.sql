{% macro apply_changes_options(node, columns, kept=[], replayed=false, checked=false) %}
    {# The options of a model or snapshot, checked against the columns of its query; every error at once.
       All that the builders of SQL need to know is in the result: they look at nothing else. `kept` are the names of
       the columns that the target has had so far. `checked`: the same expressions over the same columns were read by
       the engine before. #}
    {% set snapshot = node.resource_type == 'snapshot' %}
    {% set given = node.config.get('meta') or {} %}
    {% set names = columns | map(attribute='name') | list %}
    {% set errors = sluice.reserved_column_errors(columns) + sluice.placement_errors(node, given)
        + sluice.misspelt_errors(given, ['sequence_by'] if snapshot else ['keys', 'sequence_by'])
        + sluice.change_feed_errors(given) %}

    {% set keys = sluice.column_list_option('unique_key' if snapshot else 'keys',
        node.config.get('unique_key') if snapshot else given.get('keys'), names, errors) %}
    {% set updates = sluice.columns_to_update_option(given, columns, keys, errors) %}
    {% set left_out = sluice.columns_left_out(given, names, keys + (names if replayed else kept)) %}
    {% set output = sluice.chosen_columns(given, 'column_list', 'except_column_list', names, names, errors)
        | reject('in', left_out + [updates]) | list %}
    {% for key in keys if key not in output %}
        {% do errors.append(
            "key '" ~ key ~ "' is dropped by column_list or except_column_list; the target needs every key"
        ) %}
    {% endfor %}
    {% set options = {
        'node': node.unique_id, 'name': node.name, 'given': given, 'query': names, 'feed': columns, 'keys': keys,
        'output': output,
        'left_out': left_out,
        'sequence': sluice.sequence_option(given, names, errors),
        'columns_to_update': updates,
        'deletes': sluice.condition_option(given, 'apply_as_deletes', errors),
        'truncates': sluice.condition_option(given, 'apply_as_truncates', errors),
        'on_schema_change': sluice.on_schema_change(node, errors),
    } %}
    {% do options.update(sluice.history_options(node, given, keys, output, errors)) %}
    {# Checked here against this batch; apply_events takes in what older batches had beside it. #}
    {% do options.update(sluice.value_options(options, output, errors)) %}
    {# A rebuild reads the kept events, where expressions were worked out; their columns may be gone. #}
    {% if not replayed and not checked %}
        {% do errors.extend(sluice.option_expression_errors(options, columns)) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes configuration errors', errors, node) %}
    {% do return(options) %}
{% endmacro %}


{% macro columns_left_out(given, names, kept) %}
    {# What read_files() adds to the rows of files says where an event came from, not what it is: a file that is
       delivered again would bring other events. So it stays out of a target unless column_list names it. A target that
       has had the columns so far keeps them. #}
    {% set left_out = [] %}
    {% for name in names if given.get('column_list') is none and name | lower in ('_metadata', '_rescued_data')
        and sluice.find_name(kept, name) is none %}
        {% do left_out.append(name) %}
    {% endfor %}
    {% do return(left_out) %}
{% endmacro %}


{% macro names_kept(columns, recorded, starts_over) %}
    {# The names of the columns that the target has had so far; none for one that starts over, and where the query has
       nothing that could stay out of it. #}
    {% if starts_over or recorded is none
        or not sluice.columns_left_out({}, columns | map(attribute='name') | list, []) %}
        {% do return([]) %}
    {% endif %}
    {% set state, events = recorded.get('state', {}), sluice.events_relation() %}
    {% if state.kind != 'stream' and load_cached_relation(events) is none %}{% do return([]) %}{% endif %}
    {% do return((sluice.recorded_types(recorded, 'events') if state else sluice.columns_of(events))
        | map(attribute='name') | list) %}
{% endmacro %}


{% macro placement_errors(node, given) %}
    {# Our options stand under meta, dbt's do not; in the other's place each would be passed over in silence. #}
    {% set errors = [] %}
    {% set options = [
        'keys', 'sequence_by', 'apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list',
        'columns_to_update', 'stored_as_scd_type', 'track_history_column_list', 'track_history_except_column_list',
        'ignore_null_updates', 'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list',
        'start_at', 'end_at', 'system_time', 'keep_events', 'change_data_feed', 'change_data_feed_retention',
    ] %}
    {% for name in options if node.config.get(name) is not none %}
        {% do errors.append(name ~ ' is set beside meta, where it has no effect; expected under it: meta: {' ~ name
            ~ ': ' ~ tojson(node.config.get(name)) ~ '}') %}
    {% endfor %}
    {% if node.resource_type != 'snapshot' and given.get('keys') is none
        and node.config.get('unique_key') is not none %}
        {% do errors.append('unique_key is for snapshots, found: ' ~ tojson(node.config.get('unique_key'))
            ~ '; a model has meta: {keys: [...]}') %}
    {% endif %}
    {% for name in ('unique_key', 'hard_deletes', 'snapshot_meta_column_names', 'dbt_valid_to_current')
        if given.get(name) is not none %}
        {% do exceptions.warn(node.unique_id ~ ": meta key '" ~ name ~ "' is no option of sluice; "
            ~ (name ~ ' is a configuration of dbt and stands beside meta' if node.resource_type == 'snapshot'
                else 'only snapshots have ' ~ name)) %}
    {% endfor %}
    {% if node.resource_type == 'snapshot' and node.config.get('updated_at') %}
        {% do exceptions.warn(node.unique_id ~ ': updated_at (' ~ node.config.updated_at ~ ') has no effect with '
            ~ 'strategy apply_changes, where sequence_by says which event is later; leave it out') %}
    {% endif %}
    {# dbt takes any name here and drops those that it does not know. #}
    {% set chosen = (node.unrendered_config or {}).get('snapshot_meta_column_names') %}
    {% set legal = ['dbt_valid_from', 'dbt_valid_to', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] %}
    {% for name in (chosen if chosen is mapping else []) if name not in legal %}
        {% do errors.append(
            'snapshot_meta_column_names names the columns ' ~ legal | join(', ') ~ ', found: ' ~ name
        ) %}
    {% endfor %}
    {% do sluice.warn_misspelt(node, given, options) %}
    {% do return(errors) %}
{% endmacro %}


{% macro column_list_option(option, value, names, errors, options={}) %}
    {# The columns that an option names, as the query spells them. `options` tells why the query has a column
       that is not among `names`: it is a key, or the target does not get it. #}
    {% set wanted = (([value] if value | trim else []) if value is string else value) %}
    {% if not wanted or wanted is not iterable or wanted is mapping or wanted | reject('string') | list %}
        {% do errors.append(option ~ ' must be a non-empty list of column names, found: ' ~ tojson(value)) %}
        {% do return([]) %}
    {% endif %}
    {% set result = [] %}
    {% for name in wanted %}
        {% set found = sluice.find_name(names, name) %}
        {% if found is none %}
            {% do errors.append(
                option ~ " column '" ~ name ~ "' " ~ (
                    'is a key, and a key never changes' if sluice.find_name(options.get('keys', []), name)
                    else 'stays out of the target unless column_list names it'
                        if name | lower in options.get('left_out', []) | map('lower')
                    else 'is dropped by column_list or except_column_list'
                        if sluice.find_name(options.get('query', []), name)
                    else 'is not in the query'
                ) ~ ' (available: ' ~ names | join(', ') ~ ')'
            ) %}
        {% elif found in result %}
            {% do errors.append(option ~ " names the column '" ~ name ~ "' twice") %}
        {% else %}
            {% do result.append(found) %}
        {% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro listed(value) %}
    {# The value of an option that takes a list or a single name, as a list. #}
    {% do return([] if value is none else [value] if value is string or value is not sequence else value | list) %}
{% endmacro %}


{% macro chosen_columns(given, list_option, except_option, names, default, errors, options={}) %}
    {# What a list option or its except_ twin leaves of the columns; `default` where neither is set, or both. #}
    {% set list, except = given.get(list_option), given.get(except_option) %}
    {% if list is not none and except is not none %}
        {% do errors.append(list_option ~ ' and ' ~ except_option ~ ' exclude each other; keep one') %}
    {% elif list is not none %}
        {% set chosen = sluice.column_list_option(list_option, list, names, errors, options) %}
        {% do return(names | select('in', chosen) | list if chosen else default) %}
    {% elif except is not none %}
        {% set excepted = sluice.column_list_option(except_option, except, names, errors, options) %}
        {% do return(names | reject('in', excepted) | list) %}
    {% endif %}
    {% do return(default) %}
{% endmacro %}


{% macro condition_option(given, name, errors) %}
    {# An option that is an SQL condition, or none. #}
    {% set condition = given.get(name) %}
    {% if condition is not none and (condition is not string or not condition | trim) %}
        {% do errors.append(name ~ ' must be an SQL condition, found: ' ~ tojson(condition)) %}
        {% do return(none) %}
    {% endif %}
    {% do return(condition) %}
{% endmacro %}


{% macro value_options(options, columns, errors) %}
    {# What depends on the set of columns: {'columns', 'attributes' (those that are no key), 'tracked',
       'ignore_null_columns'}. #}
    {% set attributes = columns | reject('in', options['keys']) | list %}
    {% do return({
        'columns': columns,
        'attributes': attributes,
        'tracked': sluice.chosen_columns(options.given,
            'track_history_column_list', 'track_history_except_column_list', attributes, attributes, errors, options),
        'ignore_null_columns': sluice.ignore_null_columns(options, attributes, errors),
    }) %}
{% endmacro %}


{% macro shown_columns(names, options, starts_over) %}
    {# Those of the kept columns that the target shows: where on_schema_change is ignore, or a contract leaves out what
       is gone from the model, it lacks some, and what it lacks makes no version. #}
    {% if starts_over or load_cached_relation(this) is none
        or (options.on_schema_change != 'ignore' and not config.get('contract').enforced) %}
        {% do return(names) %}
    {% endif %}
    {% set present = sluice.columns_of(this) %}
    {% set columns = [] %}
    {% for name in names if options.on_schema_change != 'ignore' or sluice.find_column(present, name) %}
        {% do columns.append(api.Column(name, 'unknown')) %}
    {% endfor %}
    {% do return(sluice.contracted_columns(columns, present) | map(attribute='name') | list) %}
{% endmacro %}


{% macro ignore_null_columns(options, values, errors) %}
    {# The columns in which a null keeps what was there before: ignore_null_updates and its two lists. #}
    {% set given = options.given %}
    {% set all = given.get('ignore_null_updates') %}
    {% set lists = ('ignore_null_updates_column_list', 'ignore_null_updates_except_column_list') %}
    {% if all is not none and all is not boolean %}
        {% do errors.append('ignore_null_updates must be true or false, found: ' ~ tojson(all)) %}
    {% elif all and (given.get(lists[0]) is not none or given.get(lists[1]) is not none) %}
        {% do errors.append('ignore_null_updates, ' ~ lists | join(' and ') ~ ' exclude each other; keep one') %}
    {% endif %}
    {% do return(sluice.chosen_columns(
        given, lists[0], lists[1], values, values if all is true else [], errors, options
    )) %}
{% endmacro %}


{% macro option_expression_errors(options, columns) %}
    {# The engine reads the expressions of the options over nulls of the query's types: no row is looked at. #}
    {% set conditions = {'apply_as_deletes': options.deletes, 'apply_as_truncates': options.truncates} %}
    {% set expressions = {} %}
    {% for name, condition in conditions.items() if condition is string and condition | trim %}
        {% do expressions.update({name: condition}) %}
    {% endfor %}
    {% for part in options.sequence if part not in options.query %}{% do expressions.update({part: part}) %}{% endfor %}
    {% set errors = [] %}
    {% for name, found in sluice.checked_expressions(columns, expressions).items() %}
        {% set option = name if name in conditions else 'sequence_by' %}
        {% if found.error %}
            {% do errors.append(option ~ ' must be '
                ~ ('a condition' if name in conditions else 'a column or an expression')
                ~ ' over the columns of the query (' ~ options.query | join(', ') ~ "), found: '"
                ~ expressions[name] ~ "': " ~ found.error) %}
        {% elif name in conditions and not found.boolean %}
            {% do errors.append(option ~ " must be a condition, true or false, found: '" ~ expressions[name]
                ~ "', which is " ~ found.dtype ~ '; write a comparison') %}
        {% endif %}
    {% endfor %}
    {% if options.open_end and options.sequence and not errors %}
        {% do return(sluice.open_end_errors(options, columns)) %}
    {% endif %}
    {% do return(errors) %}
{% endmacro %}
