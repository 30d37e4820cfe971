{# PUBLIC: as_of, current, is_current #}

{% macro as_of(relation, moment, start_at=none, end_at=none, known_at=none) %}
    {# The versions of a history that held at a moment: intervals are half-open, so the start counts and the
       end does not. A target has no columns of ours, so `*` is what the user put into it. With known_at, as they were
       known then. #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set errors = [] %}
    {% if moment is none or moment is boolean
        or not (moment is string or moment is number) or not moment | string | trim %}
        {% do errors.append("moment must be an SQL expression of the interval's type, such as "
            ~ "\"timestamp '2026-01-01'\", found: " ~ moment) %}
    {% endif %}
    {% set interval = sluice.history_interval(relation, start_at, end_at, errors) %}
    {% if not errors %}
        {% do errors.extend(sluice.moment_errors(relation, interval.start_at, 'moment', moment)) %}
    {% endif %}
    {% if not errors and known_at is not none %}
        {% do errors.extend(sluice.known_at_errors(relation, interval, known_at)) %}
    {% endif %}
    {% do sluice.raise_errors('as_of() error', errors, none if model is defined else interval.node) %}

    {% set start, end = sluice.quote(interval.start_at), sluice.quote(interval.end_at) %}
    {% set conditions = [
        start ~ ' <= ' ~ moment,
        '(' ~ end ~ ' > ' ~ moment ~ ' or ' ~ sluice.open_condition(end, interval.open_end) ~ ')',
    ] %}
    {% if interval.deleted %}
        {% do conditions.append(sluice.not_deleted_condition(sluice.quote(interval.deleted))) %}
    {% endif %}
    {% if known_at is not none %}
        {% do conditions.extend(
            ['known_from <= ' ~ known_at, '(known_to > ' ~ known_at ~ ' or known_to is null)']) %}
    {% elif interval.system_time %}
        {% do conditions.append('known_to is null') %}
    {% endif %}
    {% do return(
        '(\n    select *\n    from ' ~ relation ~ '\n    where ' ~ conditions | join('\n        and ') ~ '\n)'
    ) %}
{% endmacro %}


{% macro current(relation, start_at=none, end_at=none) %}
    {# The rows of a history that hold now, without the columns of the interval: what SCD type 1 would be of the same
       events. Where the table is not there yet, or is a fixture, nobody knows its columns. #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set errors = [] %}
    {% set interval = sluice.history_interval(relation, start_at, end_at, errors) %}
    {% do sluice.raise_errors('current() error', errors, none if model is defined else interval.node) %}
    {% set left_out, selected = [interval.start_at, interval.end_at], [] %}
    {% if interval.node and interval.node.resource_type == 'snapshot' %}
        {% do left_out.extend(sluice.snapshot_column_names(interval.node).values()) %}
    {% elif interval.system_time %}
        {% do left_out.extend(sluice.system_time_columns()) %}
    {% endif %}
    {% set is_there = model is not defined or model.resource_type != 'unit_test' %}
    {% if is_there and load_cached_relation(relation) is not none %}
        {% for column in sluice.columns_of(sluice.whole_relation(relation))
            if sluice.find_name(left_out, column.name) is none %}
            {% do selected.append(sluice.quote(column.name)) %}
        {% endfor %}
    {% endif %}
    {% do return('(\n    select ' ~ (selected | join(', ') or '*') ~ '\n    from ' ~ relation ~ '\n    where '
        ~ sluice.is_current(relation, none, start_at, end_at) ~ '\n)') %}
{% endmacro %}


{% macro is_current(relation, alias=none, start_at=none, end_at=none) %}
    {# A condition, true for the rows of a history that hold now: those that SCD type 1 would show. #}
    {% if not execute %}{% do return('true') %}{% endif %}
    {% set errors = [] %}
    {% set interval = sluice.history_interval(relation, start_at, end_at, errors) %}
    {% do sluice.raise_errors('is_current() error', errors, none if model is defined else interval.node) %}
    {% set prefix = alias ~ '.' if alias else '' %}
    {% set open = sluice.open_condition(prefix ~ sluice.quote(interval.end_at), interval.open_end) %}
    {% if interval.system_time %}{% do return('(' ~ open ~ ' and ' ~ prefix ~ 'known_to is null)') %}{% endif %}
    {% if not interval.deleted %}{% do return(open) %}{% endif %}
    {% do return('(' ~ open ~ ' and ' ~ sluice.not_deleted_condition(prefix ~ sluice.quote(interval.deleted)) ~ ')') %}
{% endmacro %}


{% macro moment_errors(relation, start_at, argument, moment) %}
    {# A moment that does not compare with the start of an interval, in the engine's words; where the table is there. #}
    {% if (model is defined and model.resource_type == 'unit_test') or load_cached_relation(relation) is none %}
        {% do return([]) %}
    {% endif %}
    {% set columns = sluice.columns_of(sluice.whole_relation(relation)) %}
    {% set start = sluice.find_column(columns, start_at) %}
    {% if start is none %}
        {% do return([('start_at must name a column of ' ~ relation ~ ', found: ' if argument == 'moment'
            else argument ~ ' asks when a version was known, expected in ' ~ relation ~ ' the column ')
            ~ start_at ~ ' (available: ' ~ columns | map(attribute='name') | join(', ') ~ ')']) %}
    {% endif %}
    {% set error = sluice.checked_expressions(
        columns, {'moment': sluice.quote(start.name) ~ ' <= ' ~ moment}).moment.error %}
    {% do return([argument ~ ' must be an SQL expression of the type of ' ~ start.name ~ ', which is ' ~ start.dtype
        ~ ', found: ' ~ moment ~ ' (' ~ error ~ ')'] if error else []) %}
{% endmacro %}


{% macro known_at_errors(relation, interval, known_at) %}
    {# What was known can be asked of a history with system_time only, by a moment. #}
    {% if known_at is not string or not known_at | trim %}
        {% do return(["known_at must be an SQL expression of a timestamp (in UTC), such as "
            ~ "\"timestamp '2026-01-01'\", found: " ~ known_at]) %}
    {% elif interval.node and not interval.system_time %}
        {% do return(['known_at asks when a version was known, which ' ~ interval.node.name
            ~ ' does not keep (way out: meta: {system_time: true})']) %}
    {% endif %}
    {% do return(sluice.moment_errors(relation, 'known_from', 'known_at', known_at)) %}
{% endmacro %}


{% macro history_interval(relation, start_at, end_at, errors) %}
    {# How a history says when its rows held: {'start_at', 'end_at', 'open_end', 'deleted', 'system_time' (whether it
       says when they were known), 'node'}. Names that the caller gives win; a unit test's fixture is no node, so it has
       the default names without them. #}
    {% set interval = {
        'start_at': start_at or 'valid_from', 'end_at': end_at or 'valid_to',
        'open_end': none, 'deleted': none, 'system_time': false, 'node': none,
    } %}
    {% if (start_at or end_at) and not (start_at is string and end_at is string) %}
        {% do errors.append(
            'start_at and end_at must both be column names, or be left out, found: ' ~ start_at ~ ', ' ~ end_at
        ) %}
        {% do return(interval) %}
    {% elif model is defined and model.resource_type == 'unit_test' %}
        {% do return(interval) %}
    {% endif %}
    {% set node = sluice.node_at(relation) %}
    {% set config = (node or {}).get('config', {}) %}
    {% set meta = config.get('meta') or {} %}
    {% set expected = 'relation must be a history: ref() of a snapshot, '
        ~ 'or of an apply_changes model with stored_as_scd_type: 2; found: ' %}
    {% if node and node.resource_type == 'snapshot' %}
        {% set names = sluice.snapshot_column_names(node) %}
        {% do interval.update({
            'start_at': start_at or names.dbt_valid_from,
            'end_at': end_at or names.dbt_valid_to,
            'open_end': config.get('dbt_valid_to_current'),
            'deleted': names.dbt_is_deleted if config.get('hard_deletes') == 'new_record' else none,
            'node': node,
        }) %}
    {% elif start_at %}
        {% do return(dict(interval, system_time=meta.get('system_time') is true)) %}
    {% elif node is none %}
        {% do errors.append(expected ~ relation ~ ', which is no model or snapshot of this project'
            ~ ' (way out: name the columns of its interval, start_at= and end_at=)') %}
    {% elif config.materialized != 'apply_changes' %}
        {% do errors.append(expected ~ node.name ~ ', materialized as ' ~ config.materialized
            ~ ' (way out: where it has an interval all the same, name its columns, start_at= and end_at=)') %}
    {% elif meta.get('stored_as_scd_type') | string != '2' %}
        {% do errors.append(expected ~ node.name ~ ', an apply_changes model with stored_as_scd_type '
            ~ meta.get('stored_as_scd_type', 1) ~ ', which keeps the current rows only '
            ~ '(way out: a plain ref(), or stored_as_scd_type: 2)') %}
    {% else %}
        {% do interval.update({
            'start_at': meta.get('start_at') or 'valid_from', 'end_at': meta.get('end_at') or 'valid_to', 'node': node,
            'system_time': meta.get('system_time') is true,
        }) %}
    {% endif %}
    {% do return(interval) %}
{% endmacro %}


{% macro open_condition(end, open_end) %}
    {# dbt_valid_to_current stands for null, and beside it in rows that are older than the setting. #}
    {% do return('(' ~ end ~ ' is null or ' ~ end ~ ' = ' ~ open_end ~ ')' if open_end else end ~ ' is null') %}
{% endmacro %}


{% macro not_deleted_condition(deleted) %}
    {# Rows of hard_deletes: new_record are marked by text; older rows have no mark. #}
    {% do return('coalesce(' ~ deleted ~ ", 'False') <> 'True'") %}
{% endmacro %}
