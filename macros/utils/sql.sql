{% macro quote(name) %}
    {# A name, quoted as the engine wants; its own quotation marks are doubled, which adapter.quote() leaves undone. #}
    {% set mark = adapter.quote('x')[0] %}
    {% do return(adapter.quote(name | replace(mark, mark ~ mark))) %}
{% endmacro %}


{% macro quoted(names, prefix='') %}
    {# Names, quoted, each behind the prefix where there is one. #}
    {% set result = [] %}
    {% for name in names %}
        {% do result.append((prefix ~ '.' if prefix else '') ~ sluice.quote(name)) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro literal(value) %}
    {# A value as SQL: null, true, 1, and any text so that it means itself, whatever is in it. #}
    {% if value is none %}{% do return('null') %}{% endif %}
    {% if value is boolean or value is number %}{% do return(value | string | lower) %}{% endif %}
    {% do return(sluice.text_literal(value | string)) %}
{% endmacro %}


{% macro text_literal(text) %}
    {# Any text as an SQL literal that means itself, whatever is in it. #}
    {% do return(adapter.dispatch('text_literal', 'sluice')(text)) %}
{% endmacro %}

{% macro default__text_literal(text) %}
    {# Engines that double a quotation mark and take everything else as it is: dbt's own macros say the same in two more
       dispatches, for some hundred texts a run. #}
    {% do return("'" ~ text | replace("'", "''") ~ "'") %}
{% endmacro %}


{% macro query_rows(sql) %}
    {# The rows of a query as plain dictionaries: agate rows differ between dbt 1 and 2. Column names in lower case. #}
    {% set result = [] %}
    {% set table = run_query(sluice.with_sql_header(sql)) %}
    {% if table %}
        {% set names = table.column_names | map('lower') | list %}
        {% for row in table.rows %}
            {% set item = {} %}
            {% for name in names %}{% do item.update({name: row[loop.index0]}) %}{% endfor %}
            {% do result.append(item) %}
        {% endfor %}
    {% endif %}
    {% do return(result) %}
{% endmacro %}


{% macro run_statement(sql) %}
    {# A statement that has no rows to give: some engines' drivers fail where they are asked for them. #}
    {% call statement('statement', fetch_result=false, auto_begin=false) %}{{ sql }}{% endcall %}
{% endmacro %}


{% macro sha256_expression(text) %}
    {# The SHA-256 of a text, as a text. #}
    {% do return(adapter.dispatch('sha256_expression', 'sluice')(text)) %}
{% endmacro %}


{% macro utc_now() %}
    {# This moment in UTC, with microseconds. #}
    {% do return(modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f')[:26]) %}
{% endmacro %}


{% macro timestamp_expression(moment=none) %}
    {# A moment in UTC, given as text, as SQL; by default this one. #}
    {% do return('cast(' ~ sluice.literal(moment or sluice.utc_now()) ~ ' as ' ~ dbt.type_timestamp() ~ ')') %}
{% endmacro %}


{% macro pattern_condition(expression, pattern) %}
    {# True where a regular expression is found in a value's text; ^ and $ tie it to the ends of the text. #}
    {% do return(adapter.dispatch('pattern_condition', 'sluice')(expression, pattern)) %}
{% endmacro %}


{% macro struct_expression(fields) %}
    {# A struct of fields, {name: SQL expression}, compared field by field. #}
    {% do return(adapter.dispatch('struct_expression', 'sluice')(fields)) %}
{% endmacro %}


{% macro begin_transaction() %}
    {# Opens a transaction where the engine has any. #}
    {% do adapter.dispatch('begin_transaction', 'sluice')() %}
{% endmacro %}

{% macro default__begin_transaction() %}
    {# An engine that commits each statement has nothing to open. #}
{% endmacro %}


{% macro run_sql_header() %}
    {# What the model's query needs beforehand (dbt's set_sql_header), once for all of our statements. #}
    {% if config.get('sql_header') and not sluice.is_v2() %}
        {% do sluice.run_statement(config.get('sql_header')) %}
    {% endif %}
{% endmacro %}


{% macro with_sql_header(sql) %}
    {# A statement, or several, behind what the model's query needs beforehand, where that holds for one call only. #}
    {% set header = config.get('sql_header') if sluice.is_v2() else none %}
    {% do return(modules.re.sub('[;\\s]+$', '', header) ~ '\n;\n' ~ sql if header else sql) %}
{% endmacro %}
