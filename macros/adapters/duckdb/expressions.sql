{% macro duckdb__checked_expressions(columns, expressions) %}
    {# json_serialize_plan() gives the errors of a query as values, so that all can be told at once. The case keeps an
       expression one expression. Errors of other kinds are of the plan's text, not of the expression. #}
    {% set plans, found, typed, sound, result = [], [], [], [], {} %}
    {% set source = '\nfrom (' ~ sluice.duckdb_typed_nulls(columns) ~ ') as changes' %}
    {% for name, expression in expressions.items() %}
        {% set query = 'select *, case when true then ' ~ expression ~ '\nend as _sluice_checked' ~ source %}
        {% do plans.append('json_serialize_plan(' ~ sluice.literal(query) ~ ') as plan_' ~ loop.index) %}
        {% do found.append('plan_' ~ loop.index ~ " ->> '$.error_type' as kind_" ~ loop.index) %}
        {% do found.append('plan_' ~ loop.index ~ " ->> '$.error_message' as message_" ~ loop.index) %}
        {% do result.update({name: {'error': none, 'dtype': none, 'boolean': true}}) %}
    {% endfor %}
    {% if not expressions %}{% do return(result) %}{% endif %}
    {% set told = sluice.query_rows(
        'select ' ~ found | join(', ') ~ '\nfrom (select ' ~ plans | join(', ') ~ ') as plans'
    )[0] %}
    {% for name, expression in expressions.items() %}
        {% if told['kind_' ~ loop.index] in ('parser', 'binder', 'catalog') %}
            {% do result[name].update({'error': told['message_' ~ loop.index].splitlines() | join(' ')}) %}
        {% else %}
            {% do sound.append(name) %}
            {% do typed.append(expression ~ '\nas _sluice_checked_' ~ loop.index) %}
        {% endif %}
    {% endfor %}
    {# Not as columns: dbt's take a struct apart by the names of its parts, which those of a tuple lack. #}
    {% set answer = 'select column_type from (describe select ' ~ typed | join(', ') ~ source ~ ')' %}
    {% for column in (sluice.query_rows(answer) if typed else []) %}
        {% set dtype = column.column_type %}
        {% set checked = result[sound[loop.index0]] %}
        {% do checked.update({'dtype': dtype, 'boolean': dtype in ('BOOLEAN', '"NULL"')}) %}
        {# DuckDB 1.5 calls a tuple a struct. #}
        {% if dtype.startswith('TUPLE(') or modules.re.match('STRUCT[(][A-Z0-9_]+[(),]', dtype) %}
            {% do checked.update({
                'error': 'it is a ' ~ dtype ~ ', whose parts have no names; write a list, or name them',
            }) %}
        {% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro duckdb__condition_errors(sql, rules, columns) %}
    {# json_serialize_plan() answers with the error, where all else raises it. The first question is for all rules at
       once, over the query, or typed nulls where its columns are known. What it has no plan for (files) fails too, so
       the rules are then asked one by one over typed nulls. #}
    {% set all = sluice.duckdb_evaluation(
        sluice.duckdb_typed_nulls(columns) if columns else sql, rules | map(attribute='condition')) %}
    {% set question = "select json_serialize_plan(" ~ sluice.literal(all) ~ ") ->> '$.error' as error" %}
    {% if sluice.query_rows(question)[0].error == 'false' %}
        {% do return([]) %}
    {% endif %}
    {% set nulls = sluice.duckdb_typed_nulls(columns or sluice.query_columns(sql)) %}
    {% set errors = [] %}
    {% for rule in rules %}
        {% set one = sluice.duckdb_evaluation(nulls, [rule.condition]) %}
        {% set question = 'select json_serialize_plan(' ~ sluice.literal(one) ~ ') as answer' %}
        {% set answer = fromjson(sluice.query_rows(question)[0].answer) %}
        {% if answer.error %}
            {% do errors.append(
                rule.name ~ ' (' ~ rule.condition ~ '): ' ~ answer.error_message | replace('\n', '; ')
            ) %}
        {% endif %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}


{% macro duckdb_evaluation(sql, conditions) %}
    {# For planning only. What a join is on is one value of a row: there DuckDB takes no unnest(), which would multiply
       the rows, no aggregate, no window function and no COLUMNS(). The coalesce is that of rows_with_results(). #}
    {% set results = [] %}
    {% for condition in conditions %}{% do results.append('coalesce((' ~ condition ~ '\n), false)') %}{% endfor %}
    {% do return(
        'select 1 from (\n' ~ sql ~ '\n) as batch join (select 1 as _sluice_one) as _sluice_one on '
        ~ results | join('\nand ')
    ) %}
{% endmacro %}


{% macro duckdb_typed_nulls(columns) %}
    {# One row of nulls of the types of these columns. #}
    {% set nulls = [] %}
    {% for column in columns %}
        {% do nulls.append('null::' ~ column.dtype ~ ' as ' ~ sluice.quote(column.name)) %}
    {% endfor %}
    {% do return('select ' ~ nulls | join(', ')) %}
{% endmacro %}


{% macro duckdb__parsed_moment(text, pieces) %}
    {% set marks = {
        'yyyy': '%Y', 'yy': '%y', 'MMMM': '%B', 'MMM': '%b', 'MM': '%m', 'M': '%-m', 'dd': '%d', 'd': '%-d',
        'HH': '%H', 'H': '%-H', 'hh': '%I', 'h': '%-I', 'mm': '%M', 'ss': '%S', 'SSSSSS': '%f', 'SSS': '%g', 'a': '%p',
        'EEEE': '%A', 'EEE': '%a',
    } %}
    {% set format = [] %}
    {% for piece in pieces %}
        {% do format.append(marks.get(piece, piece[1:-1] if piece | length > 1 else piece)) %}
    {% endfor %}
    {% do return('try_strptime(' ~ text ~ ', ' ~ sluice.literal(format | join) ~ ')') %}
{% endmacro %}
