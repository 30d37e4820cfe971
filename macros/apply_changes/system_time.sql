{% macro system_time_option(node, given, options, output, errors) %}
    {# Whether a history keeps, beside when its versions held, when they were known: system_time: true. #}
    {% set wanted = given.get('system_time') %}
    {% if wanted is none %}{% do return(false) %}{% endif %}
    {% if wanted is not boolean %}
        {% do errors.append('system_time must be true or false, found: ' ~ tojson(wanted)) %}
    {% endif %}
    {% if wanted is not true %}{% do return(false) %}{% endif %}
    {% if node.resource_type == 'snapshot' %}
        {% do errors.append('system_time is for apply_changes models, not for snapshots; way out: a model with '
            ~ "materialized='apply_changes' and stored_as_scd_type: 2") %}
    {% elif options.scd_type == 1 %}
        {% do errors.append('system_time needs stored_as_scd_type: 2; with type 1 there is no history, found: true') %}
    {% endif %}
    {% if given.get('change_data_feed') %}
        {% do errors.append('system_time and change_data_feed exclude each other, for what changed at an update stands '
            ~ 'in the history itself, by known_from and known_to; keep one') %}
    {% endif %}
    {% if sluice.commits_each_statement() %}
        {% do errors.append('system_time closes versions and opens others in one transaction, which ' ~ adapter.type()
            ~ ' has not; way out: leave it out') %}
    {% endif %}
    {% for name in output + [options.start_at, options.end_at] if name | lower in sluice.system_time_columns() %}
        {% do errors.append("system_time adds the columns known_from and known_to, and there is a column '" ~ name
            ~ "'; give that another name, or drop it by except_column_list") %}
    {% endfor %}
    {% do return(true) %}
{% endmacro %}


{% macro system_time_columns() %}
    {# What SQL calls system time: when a version was known. It is known now where known_to is null. #}
    {% do return(['known_from', 'known_to']) %}
{% endmacro %}


{% macro is_known_condition(options, alias) %}
    {# A condition, true for the rows of a target that are known now: without system_time, all. #}
    {% do return(alias ~ '.known_to is null' if options.system_time else 'true') %}
{% endmacro %}


{% macro keeps_what_was_known(options, existing) %}
    {# Whether a target that is to be made anew has versions of which it is told when they were known. Those stay, so it
       takes over what differs, as at any other run. #}
    {% if not options.system_time or existing is none or not existing.is_table %}{% do return(false) %}{% endif %}
    {% set columns = sluice.columns_of(existing) %}
    {% for name in sluice.system_time_columns() if sluice.find_column(columns, name) is none %}
        {% do return(false) %}
    {% endfor %}
    {% set gone = [] %}
    {% for name in sluice.row_identity(options) + [options.end_at] if sluice.find_column(columns, name) is none %}
        {% do gone.append(name) %}
    {% endfor %}
    {% if gone %}
        {% do sluice.raise_errors('apply_changes target error', [
            existing ~ ' has system_time, so it cannot be made anew without what was known in it, and that has no '
            ~ gone | join(', ') ~ '; ' ~ sluice.ways_out_of_system_time(existing)]) %}
    {% endif %}
    {% do return(true) %}
{% endmacro %}


{% macro ways_out_of_system_time(existing) %}
    {# For what the rows of earlier times cannot follow. #}
    {% do return('ways out: change it back; or keep that history as it is and give this model another alias; or, where '
        ~ 'what was known may be lost, drop the table first: drop table ' ~ existing) %}
{% endmacro %}


{% macro with_system_time(plan, target, existing) %}
    {# A plan whose rows have the columns of system time, where the target has them. #}
    {% if not plan.options or not plan.options.system_time or not plan.changed %}{% do return(plan) %}{% endif %}
    {% set known_at = sluice.known_moment(target if existing is not none else none) %}
    {% set type = dbt.type_timestamp() %}
    {% do return(dict(plan, options=dict(plan.options, known_at=known_at), rows='select *, ' ~ known_at
        ~ ' as known_from, cast(null as ' ~ type ~ ') as known_to from (\n' ~ plan.rows ~ '\n) as _sluice_known')) %}
{% endmacro %}


{% macro known_moment(target) %}
    {# When this update began, as SQL: what is known by it is known from then on. Behind all that is known already,
       should the clock have been set back. #}
    {% set began = run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') %}
    {% if target is none or sluice.find_column(sluice.columns_of(target), 'known_from') is none %}
        {% do return(sluice.timestamp_expression(began)) %}
    {% endif %}
    {% set latest = sluice.query_rows(
        'select max(greatest(known_from, known_to)) as latest from ' ~ target)[0].latest %}
    {% if latest is not none and latest.strftime('%Y-%m-%d %H:%M:%S.%f') >= began %}
        {% set began = (latest + modules.datetime.timedelta(microseconds=1)).strftime('%Y-%m-%d %H:%M:%S.%f') %}
    {% endif %}
    {% do return(sluice.timestamp_expression(began)) %}
{% endmacro %}


{% macro check_system_time_types(target, wanted, present, node) %}
    {# What a target that is made anew, but keeps what was known, cannot take: columns whose old values would not
       fit. #}
    {% set errors = [] %}
    {% for column in wanted %}
        {% set old = sluice.find_column(present, column.name) %}
        {% if old is not none and old.dtype != column.dtype and not sluice.widens(old.dtype, column.dtype)
            and not sluice.widens(column.dtype, old.dtype) %}
            {% do errors.append("column '" ~ old.name ~ "' was " ~ old.dtype ~ ' and is now ' ~ column.dtype
                ~ ', which cannot have what was known before (system_time); cast it, or '
                ~ sluice.ways_out_of_system_time(target)) %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('apply_changes target error', errors, node) %}
{% endmacro %}


{% macro known_rows_statements(target, columns, options, changes) %}
    {# The statements that take marked rows over into a history with system time: what is known of these versions ends,
       what is known now begins. Nothing else is written, so what was known stays. #}
    {% set close %}
        update {{ target }} as _sluice_target
        set known_to = {{ options.known_at }}
        from {{ changes }} as _sluice_changes
        where _sluice_target.known_to is null
            and {{ sluice.same_rows_condition(
                columns, sluice.row_identity(options), '_sluice_target', '_sluice_changes') }}
    {% endset %}
    {% do return([close, sluice.insert_statement(target, columns | map(attribute='name') | list,
        'select * from ' ~ changes ~ " where _sluice_change <> 'delete'")]) %}
{% endmacro %}
