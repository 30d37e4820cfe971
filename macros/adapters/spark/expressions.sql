{% macro spark__checked_expressions(columns, expressions) %}
    {# `explain` tells of what it can't resolve as a row, where all else raises it; what it can't parse it raises, too.
       All at once first, and only where that fails one by one. #}
    {% set result, sound = {}, [] %}
    {% if not expressions %}{% do return(result) %}{% endif %}
    {% set source = '\nfrom (' ~ sluice.spark_typed_nulls(columns) ~ ') as changes' %}
    {% set all = sluice.spark_refusal('select *, ' ~ sluice.spark_as_columns(expressions.values()) ~ source) %}
    {% for name, expression in expressions.items() %}
        {% set error = sluice.spark_refusal('select *, ' ~ sluice.spark_as_columns([expression]) ~ source) if all
            else none %}
        {% do result.update({name: {'error': error, 'dtype': none, 'boolean': true}}) %}
        {% if not error %}{% do sound.append(name) %}{% endif %}
    {% endfor %}
    {% set typed = [] %}
    {% for name in sound %}{% do typed.append(expressions[name]) %}{% endfor %}
    {% for column in (sluice.query_columns('select ' ~ sluice.spark_as_columns(typed, false) ~ source) if typed
        else []) %}
        {% do result[sound[loop.index0]].update({
            'dtype': column.dtype, 'boolean': column.dtype in ('boolean', 'void')}) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro spark_as_columns(expressions, guarded=true) %}
    {# Expressions as columns; the case keeps each one expression. #}
    {% set columns = [] %}
    {% for expression in expressions %}
        {% do columns.append(('case when true then ' if guarded else '(') ~ expression ~ '\n'
            ~ ('end' if guarded else ')') ~ ' as _sluice_checked_' ~ loop.index) %}
    {% endfor %}
    {% do return(columns | join(', ')) %}
{% endmacro %}


{% macro spark_typed_nulls(columns) %}
    {# A query of one row with these columns. #}
    {% set nulls = [] %}
    {% for column in columns %}
        {% do nulls.append('cast(null as ' ~ column.dtype ~ ') as ' ~ sluice.quote(column.name)) %}
    {% endfor %}
    {% do return('select ' ~ (nulls | join(', ') or '1 as _sluice_nothing')) %}
{% endmacro %}


{% macro spark_refusal(query) %}
    {# Why Spark does not run a query, in its own words, or none. #}
    {% set plan = sluice.query_rows('explain ' ~ query)[0].plan %}
    {% set found = modules.re.search('^== Physical Plan ==\\n[a-zA-Z.]*Exception: (.*)', plan, modules.re.S) %}
    {% if not found %}{% do return(none) %}{% endif %}
    {% set told = modules.re.split('; line [0-9]+ pos [0-9]+|;?\\n', found.group(1).strip())[0] %}
    {% do return(told.strip()) %}
{% endmacro %}


{% macro spark__condition_errors(sql, rules, columns) %}
    {# As a filter: it takes no aggregate, no window function and no generator. #}
    {% set source = sluice.spark_typed_nulls(columns) if columns else sql %}
    {% set from = 'select 1 from (\n' ~ source ~ '\n) as batch where ' %}
    {% set conditions, errors = [], [] %}
    {% for rule in rules %}{% do conditions.append('coalesce((' ~ rule.condition ~ '\n), false)') %}{% endfor %}
    {% if rules and sluice.spark_refusal(from ~ conditions | join(' and ')) %}
        {% for rule in rules %}
            {% set error = sluice.spark_refusal(from ~ conditions[loop.index0]) %}
            {% if error %}{% do errors.append(rule.name ~ ' (' ~ rule.condition ~ '): ' ~ error) %}{% endif %}
        {% endfor %}
    {% endif %}
    {% do return(errors) %}
{% endmacro %}
