{# PUBLIC: star #}

{% macro star(relation, except=[]) %}
    {% if not execute %}{% do return('*') %}{% endif %}
    {% do return(sluice.columns_but(relation, [except] if except is string else except)) %}
{% endmacro %}


{% macro columns_but(relation, except) %}
    {# In a select list: all columns of a table, but for these and for ours. #}
    {% do return(adapter.dispatch('columns_but', 'sluice')(relation, except)) %}
{% endmacro %}


{% macro columns_of(relation) %}
    {# The columns of a table: dbt Column objects with name and dtype, in their order. #}
    {% do return(adapter.dispatch('columns_of', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__columns_of(relation) %}
    {# Right everywhere; an engine may know a faster way. #}
    {% do return(adapter.get_columns_in_relation(relation)) %}
{% endmacro %}


{% macro query_columns(sql) %}
    {# The columns of a query, not run. dbt's own macro for this takes structs apart. #}
    {% do return(adapter.dispatch('query_columns', 'sluice')(sql)) %}
{% endmacro %}


{% macro described(queries, probe=none) %}
    {# What there is to know before a batch, at once: {'columns': {name: the columns of a query or a table}, 'found':
       whether a query, the probe, yields a row; true where none is given}. #}
    {% do return(adapter.dispatch('described', 'sluice')(queries, probe)) %}
{% endmacro %}

{% macro default__described(queries, probe) %}
    {# One by one. #}
    {% set columns = {} %}
    {% for name, query in queries.items() %}
        {% do columns.update({
            name: sluice.query_columns(query) if query is string else sluice.columns_of(query),
        }) %}
    {% endfor %}
    {% set found = not probe or sluice.query_rows(
        'select 1 as found from (\n' ~ probe ~ '\n) as _sluice_probe limit 1') | length > 0 %}
    {% do return({'columns': columns, 'found': found}) %}
{% endmacro %}


{% macro names_and_types(columns) %}
    {# Columns as [name, type], which can be kept and compared. #}
    {% set pairs = [] %}
    {% for column in columns %}{% do pairs.append([column.name, column.dtype]) %}{% endfor %}
    {% do return(pairs) %}
{% endmacro %}


{% macro find_column(columns, name) %}
    {# The column of this name in any case, or none. #}
    {% for column in columns if column.name | lower == name | lower %}{% do return(column) %}{% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro find_name(names, wanted) %}
    {# The name among `names` that differs from `wanted` in case at most, or none. #}
    {% for name in names if name | lower == wanted | lower %}{% do return(name) %}{% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro columns_named(columns, names) %}
    {# Those of the columns that have one of these names. #}
    {% set lower = names | map('lower') | list %}
    {% set result = [] %}
    {% for column in columns if column.name | lower in lower %}{% do result.append(column) %}{% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro aligned_rows(columns, given, relation) %}
    {# Rows with exactly these columns: what a table lacks is null, what it has in a narrower type is cast. #}
    {% if columns == given %}{% do return(relation | string) %}{% endif %}
    {% set selected = [] %}
    {% for column in columns %}
        {% set name = sluice.quote(column.name) %}
        {% set old = sluice.find_column(given, column.name) %}
        {% if old is none %}
            {% do selected.append('cast(null as ' ~ column.dtype ~ ') as ' ~ name) %}
        {% elif old.dtype != column.dtype %}
            {% do selected.append('cast(' ~ name ~ ' as ' ~ column.dtype ~ ') as ' ~ name) %}
        {% else %}
            {% do selected.append(name) %}
        {% endif %}
    {% endfor %}
    {% do return('(select ' ~ selected | join(', ') ~ ' from ' ~ relation ~ ')') %}
{% endmacro %}


{% macro rows_as_taken(query, columns, taken) %}
    {# The rows of a query as a table holds them, in those of its columns that are `taken`. #}
    {% set selected = [] %}
    {% for column in taken %}
        {% set name = sluice.quote(column.name) %}
        {% set given = sluice.find_column(columns, column.name) %}
        {% do selected.append(name if given.dtype == column.dtype
            else 'cast(' ~ name ~ ' as ' ~ column.dtype ~ ') as ' ~ name) %}
    {% endfor %}
    {% do return('select ' ~ selected | join(', ') ~ '\nfrom (\n' ~ query ~ '\n) as _sluice_query') %}
{% endmacro %}


{% macro user_columns(columns) %}
    {# The columns that are not ours. #}
    {% set users = [] %}
    {% for column in columns if not sluice.is_reserved(column.name) %}{% do users.append(column) %}{% endfor %}
    {% do return(users) %}
{% endmacro %}


{% macro is_reserved(name) %}
    {# Whether a name is one of ours. #}
    {% do return((name | lower).startswith('_sluice_')) %}
{% endmacro %}


{% macro reserved_column_errors(columns) %}
    {# A message for each column of a query whose name is one of ours. #}
    {% set errors = [] %}
    {% for column in columns if sluice.is_reserved(column.name) %}
        {% set meant = sluice.streams_meant() if column.name == '_sluice_batch' else [] %}
        {% do errors.append(
            ('this model reads ' ~ meant[0].found ~ ', probably meant: ' ~ meant[0].expected ~ '; ' if meant else '') ~
            "column '" ~ column.name ~ "' begins with the reserved prefix _sluice_; rename it, or leave it out"
            ~ ' (stream() yields a streaming table without it)'
        ) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
