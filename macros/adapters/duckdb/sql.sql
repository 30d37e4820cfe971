{% macro duckdb__begin_transaction() %}
    {# On dbt v2 nothing is left of a transaction behind the call. #}
    {% if not sluice.is_v2() %}{% do adapter.ensure_transaction() %}{% endif %}
{% endmacro %}


{% macro duckdb__pattern_condition(expression, pattern) %}
    {% do return('regexp_matches(cast(' ~ expression ~ ' as varchar), ' ~ sluice.literal(pattern) ~ ')') %}
{% endmacro %}


{% macro duckdb__sha256_expression(text) %}
    {% do return('sha256(' ~ text ~ ')') %}
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


{% macro duckdb__run_script(statements, name, in_transaction, answer) %}
    {% call statement(name, fetch_result=answer is not none, auto_begin=false) %}
        {{- sluice.with_sql_header(sluice.duckdb_script(statements, in_transaction)) }}
        {{- '\n;\n' ~ answer if answer }}
    {% endcall %}
{% endmacro %}


{% macro duckdb__script_of_dbt(statements) %}
    {% do return(sluice.duckdb_script(statements, true)) %}
{% endmacro %}


{% macro duckdb_script(statements, in_transaction) -%}
    {# A comment may end a statement, hence the line breaks. On dbt v2 no transaction outlasts a call. #}
    {%- set is_whole = sluice.is_v2() or not in_transaction -%}
    {%- if is_whole %}begin transaction;{% endif %}
        {{ statements | join('\n;\n') }}
        {%- if is_whole %}
        ;
        commit
        {%- endif %}
{%- endmacro %}


{% macro duckdb_runs(query) %}
    {# Whether a query runs to its end. location_exists() is the adapter's one method that answers an error with
       false, on dbt v2 too; it asks "select 1 from '<location>' where 1=0", so the query goes in beside a table that
       is always there. #}
    {% do return(adapter.location_exists("pg_am' where (" ~ query ~ ') is not null --')) %}
{% endmacro %}
