{% macro duckdb__checked_expressions(columns, expressions) %}
    {# json_serialize_plan() gives the errors of a query as values, so that all can be told at once. The case keeps an
       expression one expression. Errors of other kinds are of the plan's text, not of the expression. #}
    {% set nulls = [] %}
    {% for column in columns %}{% do nulls.append('cast(null as ' ~ column.dtype ~ ') as ' ~ sluice.quote(column.name)) %}{% endfor %}
    {% set source = '\nfrom (select ' ~ nulls | join(', ') ~ ') as changes' %}
    {% set plans, kinds, texts, typed, sound, result = [], [], [], [], [], {} %}
    {% for name, expression in expressions.items() %}
        {% set query = 'select changes.*, case when true then ' ~ expression ~ '\nend as _sluice_checked' ~ source %}
        {% do plans.append('json_serialize_plan(' ~ sluice.literal(query) ~ ')') %}
        {% do result.update({name: {'error': none, 'dtype': none, 'boolean': true}}) %}
    {% endfor %}
    {% if not expressions %}{% do return(result) %}{% endif %}
    {% for row in sluice.rows(
        "select plan ->> '$.error_type' as kind, plan ->> '$.error_message' as message\nfrom unnest([" ~ plans | join(', ')
        ~ ']) as plans(plan)'
    ) %}
        {% set name = (expressions | list)[loop.index0] %}
        {% if row.kind in ('parser', 'binder', 'catalog') %}
            {% do result[name].update({'error': row.message.splitlines() | join(' ')}) %}
        {% else %}
            {% do sound.append(name) %}
            {% do typed.append(expressions[name] ~ '\nas _sluice_checked_' ~ loop.index) %}
        {% endif %}
    {% endfor %}
    {% for column in (sluice.duckdb_described('select ' ~ typed | join(', ') ~ source) if typed else []) %}
        {% set found = result[sound[loop.index0]] %}
        {% do found.update({'dtype': column.dtype, 'boolean': column.dtype in ('BOOLEAN', '"NULL"')}) %}
        {% if column.dtype.startswith('TUPLE(') %}
            {% do found.update({'error': 'it is a ' ~ column.dtype ~ ', whose parts have no names; write a list, or name them'}) %}
        {% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
