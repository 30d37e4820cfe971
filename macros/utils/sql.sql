{% macro quote(name) %}
    {# A name, quoted as the engine wants; its own quotation marks are doubled, which adapter.quote() leaves undone. #}
    {% set mark = adapter.quote('x')[0] %}
    {% do return(adapter.quote(name | replace(mark, mark ~ mark))) %}
{% endmacro %}


{% macro quoted(names, prefix='') %}
    {% set result = [] %}
    {% for name in names %}
        {% do result.append((prefix ~ '.' if prefix else '') ~ sluice.quote(name)) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro literal(value) %}
    {% if value is none %}{% do return('null') %}{% endif %}
    {% if value is boolean or value is number %}{% do return(value | string | lower) %}{% endif %}
    {% do return(dbt.string_literal(dbt.escape_single_quotes(value | string))) %}
{% endmacro %}


{% macro literals(values) %}
    {% set texts = [] %}
    {% for value in values %}{% do texts.append(sluice.literal(value)) %}{% endfor %}
    {% do return(texts) %}
{% endmacro %}


{% macro rows(sql) %}
    {# Plain dictionaries: agate rows differ between dbt 1 and 2. Column names in lower case. #}
    {% set result = [] %}
    {% set table = run_query(sql) %}
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


{% macro utc_now() %}
    {% do return(modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f')) %}
{% endmacro %}


{% macro python_text(value) %}
    {# A Python string literal; JSON text is one. #}
    {% do return(tojson(value)) %}
{% endmacro %}


{% macro struct_of(fields) %}
    {% do return(adapter.dispatch('struct_of', 'sluice')(fields)) %}
{% endmacro %}


{% macro begin_transaction() %}
    {% do adapter.dispatch('begin_transaction', 'sluice')() %}
{% endmacro %}

{% macro default__begin_transaction() %}
    {# Engines without transactions: every step is idempotent per batch, the checkpoint comes last. #}
{% endmacro %}


{% macro run_sql_header() %}
    {# What the model's query needs beforehand (dbt's set_sql_header), once for all of our statements. #}
    {% if config.get('sql_header') %}{% do run_query(config.get('sql_header')) %}{% endif %}
{% endmacro %}


{% macro rendered(value) %}
    {# Renders the Jinja in a test's argument, as dbt does when it runs the test: text that is one expression (also
       a bare var() or ref()) may stand for a number, a list or a mapping, so it takes the way over YAML. #}
    {% if value is mapping %}
        {% set result = {} %}
        {% for name, item in value.items() %}{% do result.update({name: sluice.rendered(item)}) %}{% endfor %}
        {% do return(result) %}
    {% elif value is sequence and value is not string %}
        {% set result = [] %}
        {% for item in value %}{% do result.append(sluice.rendered(item)) %}{% endfor %}
        {% do return(result) %}
    {% elif value is not string %}
        {% do return(value) %}
    {% endif %}
    {% set bare = modules.re.match('\\s*(?:env_var|ref|var|source|doc)\\s*[(].+[)]\\s*$', value) %}
    {% set braced = modules.re.match('\\s*[{][{]((?:(?![{][{]|[}][}]).)+)[}][}]\\s*$', value, modules.re.S) %}
    {% if bare or braced %}
        {% set expression = value if bare else braced.group(1).strip('-') %}
        {% set text = render('{' ~ '{ toyaml(' ~ expression ~ ') }' ~ '}') %}
        {# toyaml has no answer for what is not plain data: a relation. #}
        {% do return(fromyaml(text) if text != 'None' else render('{' ~ '{ ' ~ expression ~ ' }' ~ '}')) %}
    {% endif %}
    {% do return(render(value)) %}
{% endmacro %}
