{% macro duckdb__begin_transaction() %}
    {% do adapter.ensure_transaction() %}
{% endmacro %}


{% macro duckdb__pattern_condition(expression, pattern) %}
    {% do return('regexp_matches(cast(' ~ expression ~ ' as varchar), ' ~ sluice.literal(pattern) ~ ')') %}
{% endmacro %}


{% macro duckdb__struct_expression(fields) %}
    {% set items = [] %}
    {% for name, expression in fields.items() %}
        {% do items.append(sluice.quote(name) ~ ' := ' ~ expression) %}
    {% endfor %}
    {% do return('struct_pack(' ~ items | join(', ') ~ ')') %}
{% endmacro %}


{% macro duckdb_list(values) %}
    {# From one JSON text: a literal for each of 100,000 values takes the parser as long as reading a million lines. #}
    {% do return('from_json(' ~ sluice.literal(tojson(values | list)) ~ ", '[\"VARCHAR\"]')") %}
{% endmacro %}


{% macro duckdb__commits_each_statement() %}
    {% do return(false) %}
{% endmacro %}


{% macro duckdb__run_script(statements, name, in_transaction) %}
    {# A comment may end a statement, hence the line breaks. #}
    {% call statement(name, auto_begin=false) %}
        {%- if not in_transaction %}begin transaction;{% endif %}
        {{ statements | join('\n;\n') }}
        {%- if not in_transaction %}
        ;
        commit
        {%- endif %}
    {% endcall %}
{% endmacro %}
