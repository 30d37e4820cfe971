{% macro duckdb__checked_expressions(columns, expressions) %}
    {# json_serialize_plan() gives the errors of a query as values, so that all can be told at once. The case keeps an
       expression one expression. Errors of other kinds are of the plan's text, not of the expression. #}
    {% set plans, found, typed, sound, result = [], [], [], [], {} %}
    {% set source = '\nfrom (' ~ sluice.duckdb_typed_nulls(columns) ~ ') as changes' %}
    {% for name, expression in expressions.items() %}
        {% set query = 'select changes.*, case when true then ' ~ expression ~ '\nend as _sluice_checked' ~ source %}
        {% do plans.append('json_serialize_plan(' ~ sluice.literal(query) ~ ') as plan_' ~ loop.index) %}
        {% do found.append('plan_' ~ loop.index ~ " ->> '$.error_type' as kind_" ~ loop.index) %}
        {% do found.append('plan_' ~ loop.index ~ " ->> '$.error_message' as message_" ~ loop.index) %}
        {% do result.update({name: {'error': none, 'dtype': none, 'boolean': true}}) %}
    {% endfor %}
    {% if not expressions %}{% do return(result) %}{% endif %}
    {% set told = sluice.rows('select ' ~ found | join(', ') ~ '\nfrom (select ' ~ plans | join(', ') ~ ') as plans')[0] %}
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
    {% for column in (sluice.rows(answer) if typed else []) %}
        {% set dtype = column.column_type %}
        {% set checked = result[sound[loop.index0]] %}
        {% do checked.update({'dtype': dtype, 'boolean': dtype in ('BOOLEAN', '"NULL"')}) %}
        {# DuckDB 1.5 calls a tuple a struct. #}
        {% if dtype.startswith('TUPLE(') or modules.re.match('STRUCT[(][A-Z0-9_]+[(),]', dtype) %}
            {% do checked.update({'error': 'it is a ' ~ dtype ~ ', whose parts have no names; write a list, or name them'}) %}
        {% endif %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}
