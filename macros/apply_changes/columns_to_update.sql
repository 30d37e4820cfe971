{% macro columns_to_update_option(given, columns, keys, errors) %}
    {# The column of the query that says, per event, which columns the event sets; none where the option is not set. #}
    {% set wanted = given.get('columns_to_update') %}
    {% if wanted is none %}{% do return(none) %}{% endif %}
    {% if wanted is not string or not wanted | trim %}
        {% do errors.append('columns_to_update must be the name of a column of the query, found: ' ~ tojson(wanted)) %}
        {% do return(none) %}
    {% endif %}
    {% for option in (
        'ignore_null_updates', 'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list',
    ) if given.get(option) not in (none, false) %}
        {% do errors.append('columns_to_update and ' ~ option ~ ' exclude each other; keep one') %}
    {% endfor %}
    {% set column = sluice.find_column(columns, wanted | trim) %}
    {% if column is none %}
        {% do errors.append("columns_to_update column '" ~ wanted ~ "' is not in the query (available: "
            ~ columns | map(attribute='name') | join(', ') ~ ')') %}
        {% do return(none) %}
    {% elif column.name in keys or sluice.find_name(sluice.listed(given.get('column_list')), column.name) %}
        {% do errors.append("columns_to_update column '" ~ column.name ~ "' is no column of the target; take it out of "
            ~ 'column_list and of the keys') %}
    {% elif column.dtype != 'unknown' and sluice.update_list_expression('x', column.dtype, []) is none %}
        {% do errors.append("columns_to_update must be a column that holds lists of columns' names (a list of text, "
            ~ "or a JSON list), found: '" ~ column.name ~ "', which is " ~ column.dtype) %}
    {% endif %}
    {% do return(column.name) %}
{% endmacro %}


{% macro update_list_expression(expression, type, keys) %}
    {# The names in a list, or in a JSON list, sorted, once each, in lower case and without the keys; null for null.
       What is no list becomes a list of _sluice_no_list and its text. None where a type has no lists. #}
    {% do return(adapter.dispatch('update_list_expression', 'sluice')(expression, type, keys)) %}
{% endmacro %}


{% macro sets_condition(name) %}
    {# True where an event sets a column. Names that are no column yet stay in the kept lists: it may become one. #}
    {% do return(
        '(_sluice_set is null or array_contains(_sluice_set, ' ~ sluice.literal(name | lower) ~ '))'
    ) %}
{% endmacro %}


{% macro sets_expression(options) %}
    {# A text that is equal for two events if they set the same columns of the target, however their lists say so. #}
    {% set marks = ["''"] %}
    {% for name in options.attributes | sort %}
        {% do marks.append('case when ' ~ sluice.sets_condition(name) ~ " then '1' else '0' end") %}
    {% endfor %}
    {% do return('concat(' ~ marks | join(', ') ~ ')') %}
{% endmacro %}


{% macro told_events(options, events) %}
    {# Events as far as they tell something: those that set the same columns to the same values are one. #}
    {% if not options.columns_to_update %}{% do return(events) %}{% endif %}
    {% set names = sluice.identities(options.typed, options.columns) + ['_sluice_sequence', '_sluice_operation'] %}
    {% do return('(select distinct ' ~ names | join(', ') ~ ', ' ~ sluice.sets_expression(options)
        ~ ' as _sluice_sets from ' ~ events ~ ')') %}
{% endmacro %}


{% macro check_update_lists(options, batch) %}
    {# What stands in the column of columns_to_update: no list is an error, a name that the query lacks is told. Returns
       the warnings as events of the log. #}
    {% if not options.columns_to_update %}{% do return([]) %}{% endif %}
    {% set broken %}
        select count(*) as num_events, max(cast(_sluice_set as {{ dbt.type_string() }})) as example
        from {{ batch }}
        where array_contains(_sluice_set, '_sluice_no_list')
    {% endset %}
    {% set found = sluice.query_rows(broken)[0] %}
    {% if found.num_events %}
        {% do sluice.raise_errors('apply_changes configuration errors', [
            "columns_to_update must be a column that holds lists of columns' names (a list of text, or a JSON list), "
            ~ "found: '" ~ options.columns_to_update ~ "', where " ~ found.num_events
            ~ ' events have something else, for example: '
            ~ found.example | replace('[_sluice_no_list, ', '') | replace("['_sluice_no_list', ", '') | truncate(200),
            'nothing was written; make the lists in the query, or null where an event sets all columns',
        ]) %}
    {% endif %}
    {% set unknown = sluice.query_rows(sluice.update_names(batch, options.query | map('lower') | list)) %}
    {% if unknown %}
        {% do return([sluice.flow_warning(
            model.name ~ ": columns_to_update '" ~ options.columns_to_update ~ "' lists names that are no columns of "
            ~ 'the query, so nothing is set by them: ' ~ unknown | map(attribute='name') | join(', ')
            ~ '. Way out: spell them as the query does, or leave them out of the list.',
            {}
        )]) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}


{% macro update_names(batch, names) %}
    {# A query of the names in the lists of a batch that are not among these: `name`, sorted, ten at most. #}
    {% do return(adapter.dispatch('update_names', 'sluice')(batch, names)) %}
{% endmacro %}


{% macro last_set_expression(name, window) %}
    {# The value of a column after an event: that of the last event in the window that sets it, be it null. #}
    {% set set_value %}case when {{ sluice.sets_condition(name) }} then {{
        sluice.struct_expression({'_sluice_value': sluice.quote(name)}) }} end{% endset %}
    {% do return('(' ~ sluice.last_value_expression(set_value) ~ ' over (' ~ window ~ '))._sluice_value') %}
{% endmacro %}
