{% macro identities(columns, names, prefix='') %}
    {# Names, quoted, and behind them what else tells their values apart: to group, to partition and to compare by. An
       engine calls values equal that are not the same (30 days and 1 month, -0.0 and 0.0); their texts differ. #}
    {% set result = sluice.quoted(names, prefix) %}
    {% for name in names %}
        {% set text = sluice.identity_text(columns, name, prefix) %}
        {% if text %}{% do result.append(text) %}{% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro odd_texts(columns, names, prefix='') %}
    {# The further expressions of identities() alone: none for most types. #}
    {% do return(sluice.identities(columns, names, prefix)[names | length:]) %}
{% endmacro %}


{% macro same_rows_condition(columns, names, left, right) %}
    {# True where two rows have the same values, none of them null, in these columns. #}
    {% set rights = sluice.identities(columns, names, right) %}
    {% set parts = [] %}
    {% for expression in sluice.identities(columns, names, left) %}
        {% do parts.append(expression ~ ' = ' ~ rights[loop.index0]) %}
    {% endfor %}
    {% do return(parts | join(' and ')) %}
{% endmacro %}


{% macro identity_text(columns, name, prefix='') %}
    {# What tells values of a column apart beside the engine's own comparison, or none where that is enough. #}
    {% set column = sluice.find_column(columns, name) %}
    {% if column is none %}{% do return(none) %}{% endif %}
    {% do return(sluice.identity_expression(sluice.quoted([name], prefix)[0], column.dtype)) %}
{% endmacro %}


{% macro identity_expression(expression, type) %}
    {# A text that is the same for the same value only, for types whose equal values may differ; none for others. #}
    {% do return(adapter.dispatch('identity_expression', 'sluice')(expression, type)) %}
{% endmacro %}


{% macro exact_columns(columns, names, prefix='') %}
    {# A select list of columns in which texts compare byte by byte, whatever the collation of the session or the
       table. #}
    {% set result = [] %}
    {% for name in names %}
        {% set column = sluice.find_column(columns, name) %}
        {% set quoted = sluice.quoted([name], prefix)[0] %}
        {% set exact = sluice.exact_expression(quoted, column.dtype) if column else quoted %}
        {% do result.append(quoted if exact == quoted else exact ~ ' as ' ~ sluice.quote(name)) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro exact_expression(expression, type) %}
    {# A value that compares byte by byte where it is text; any other as it is. #}
    {% do return(adapter.dispatch('exact_expression', 'sluice')(expression, type)) %}
{% endmacro %}

{% macro default__exact_expression(expression, type) %}
    {# Engines that compare texts byte by byte. #}
    {% do return(expression) %}
{% endmacro %}
