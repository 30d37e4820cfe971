{% macro columns_of(relation) %}
    {# As adapter.get_columns_in_relation, which builds a whole macro context anew at each call (50 ms). #}
    {% do return(adapter.dispatch('columns_of', 'sluice')(relation)) %}
{% endmacro %}

{% macro default__columns_of(relation) %}
    {% do return(adapter.get_columns_in_relation(relation)) %}
{% endmacro %}


{% macro query_columns(sql) %}
    {# The columns of a query, not run. dbt's own macro for this takes structs apart. #}
    {% do return(adapter.dispatch('query_columns', 'sluice')(sql)) %}
{% endmacro %}


{% macro column_named(columns, name) %}
    {% for column in columns if column.name | lower == name | lower %}
        {% do return(column) %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro same_name(names, wanted) %}
    {# The name among `names` that differs from `wanted` in case at most, or none. #}
    {% for name in names if name | lower == wanted | lower %}{% do return(name) %}{% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro user_columns(columns) %}
    {# Names of the columns that are not ours. #}
    {% set names = [] %}
    {% for column in columns if not sluice.is_reserved(column.name) %}{% do names.append(column.name) %}{% endfor %}
    {% do return(names) %}
{% endmacro %}


{% macro is_reserved(name) %}
    {% do return((name | lower).startswith('_sluice_')) %}
{% endmacro %}


{% macro reserved_column_errors(columns) %}
    {% set errors = [] %}
    {% for column in columns if sluice.is_reserved(column.name) %}
        {% do errors.append(
            "column '" ~ column.name ~ "' begins with the reserved prefix _sluice_; rename it, or leave it out"
            ~ ' (stream() yields a streaming table without it)'
        ) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
