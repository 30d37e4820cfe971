{% macro duckdb__checked_expressions(columns, expressions) %}
    {# json_serialize_plan() gives the errors of a query as values, so that all can be told at once. The case keeps
       an expression one expression. Errors of other kinds are of the plan's text, not of the expression. #}
    {% set result = {} %}
    {% if not expressions %}{% do return(result) %}{% endif %}
    {% set nulls = [] %}
    {% for column in columns %}{% do nulls.append('cast(null as ' ~ column.dtype ~ ') as ' ~ sluice.quote(column.name)) %}{% endfor %}
    {% set source = '\nfrom (select ' ~ nulls | join(', ') ~ ') as changes' %}
    {% set plans = [] %}
    {% set sound = [] %}
    {% for expression in expressions.values() %}
        {% set query = 'select changes.*, case when true then ' ~ expression ~ '\nend as _sluice_checked' ~ source %}
        {% do plans.append('json_serialize_plan(' ~ sluice.literal(query) ~ ') as plan_' ~ loop.index) %}
    {% endfor %}
    {% set found = sluice.rows('select ' ~ plans | join(', '))[0] %}
    {% for name, expression in expressions.items() %}
        {% set plan = fromjson(found['plan_' ~ loop.index]) %}
        {% set error = plan.error_message.splitlines() | join(' ')
            if plan.error and plan.error_type in ('parser', 'binder', 'catalog') else none %}
        {% do result.update({name: {'error': error, 'dtype': none, 'boolean': true}}) %}
        {% if not error %}{% do sound.append(name) %}{% endif %}
    {% endfor %}
    {% set typed = [] %}
    {% for name in sound %}{% do typed.append(expressions[name] ~ '\nas _sluice_checked_' ~ loop.index) %}{% endfor %}
    {% for column in (sluice.duckdb_described('select ' ~ typed | join(', ') ~ source) if typed else []) %}
        {% set this_one = result[sound[loop.index0]] %}
        {% do this_one.update({'dtype': column.dtype, 'boolean': column.dtype in ('BOOLEAN', '"NULL"')}) %}
        {% if column.dtype.startswith('TUPLE(') %}
            {% do this_one.update({'error': 'it is a ' ~ column.dtype ~ ', whose parts have no names; write a list, or name them'}) %}
        {% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
