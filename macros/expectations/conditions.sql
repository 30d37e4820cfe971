{% macro row_conditions(test) %}
    {# Rule to SQL condition: one of the test's own name, or all of a group. Rows outside the test's where pass. #}
    {% set kind = sluice.kind_of_test(test) %}
    {% set arguments = sluice.arguments_of_test(test) %}
    {% if kind == 'sluice.expectations' %}
        {% set conditions = sluice.group_conditions(arguments.rules) %}
    {% else %}
        {% set conditions = {test.name: sluice.row_condition(kind, arguments)} %}
    {% endif %}
    {% if test.config.where %}
        {% for name, condition in conditions.items() | list %}
            {% do conditions.update({name: '(' ~ test.config.where ~ '\n) is not true or (' ~ condition ~ '\n)'}) %}
        {% endfor %}
    {% endif %}
    {% do return(conditions) %}
{% endmacro %}


{% macro group_conditions(rules) %}
    {# A group of rules, checked: a name and an SQL condition each. While dbt parses, a macro has no answer yet. #}
    {% if rules is undefined and not execute %}{% do return({}) %}{% endif %}
    {% if rules is not mapping or not rules %}
        {% do exceptions.raise_compiler_error(
            'sluice.expectations: rules must be a mapping of names to SQL conditions, found: ' ~ rules) %}
    {% endif %}
    {% set conditions = {} %}
    {% for name, condition in rules.items() %}
        {% if condition is not string or not condition | trim %}
            {% do exceptions.raise_compiler_error(
                'sluice.expectations: rule ' ~ name ~ ' must be an SQL condition, found: ' ~ condition) %}
        {% endif %}
        {% do conditions.update({name | string: condition}) %}
    {% endfor %}
    {% do return(conditions) %}
{% endmacro %}


{% macro row_condition(kind, arguments) %}
    {# What a row must meet, for each kind of test. Our own generic tests ask the same macros. #}
    {% set column = arguments.get('column_name') %}
    {% if kind == 'sluice.expectation' %}
        {% do return(arguments.expression) %}
    {% elif kind == 'sluice.in_range' %}
        {% do return(sluice.in_range_condition(
            column, arguments.get('min_value'), arguments.get('max_value'), arguments.get('inclusive', true))) %}
    {% elif kind == 'sluice.matches_pattern' %}
        {% do return(sluice.matches_pattern_condition(column, arguments.pattern)) %}
    {% elif kind == 'accepted_values' %}
        {% do return(sluice.accepted_values_condition(column, arguments['values'], arguments.get('quote', true))) %}
    {% elif kind == 'relationships' %}
        {% do return(sluice.relationships_condition(column, arguments.to, arguments.field)) %}
    {% endif %}
    {% do return(column ~ ' is not null') %}
{% endmacro %}


{% macro accepted_values_condition(column_name, values, quote=true) %}
    {# As dbt's own test writes the values: between quotes, and otherwise as they are. #}
    {% set list = [] %}
    {% for value in values %}{% do list.append("'" ~ value ~ "'" if quote else value) %}{% endfor %}
    {% do return(column_name ~ ' in (' ~ list | join(', ') ~ ')') %}
{% endmacro %}


{% macro in_range_condition(column_name, min_value=none, max_value=none, inclusive=true) %}
    {# Bounds are numbers or SQL expressions as text, a date or another column. While dbt parses, a macro has no answer
       yet. #}
    {% if not execute and [min_value, max_value, inclusive] | select('undefined') | list %}
        {% do return('true') %}
    {% endif %}
    {% set found = 'found: min_value ' ~ min_value ~ ', max_value ' ~ max_value ~ ', inclusive ' ~ inclusive %}
    {% set bounds = [] %}
    {% for bound in (min_value, max_value) if bound is not none %}{% do bounds.append(bound) %}{% endfor %}
    {% set numbers = bounds | select('number') | list %}
    {% if not bounds or inclusive is not boolean
        or numbers | length + bounds | select('string') | list | length < bounds | length %}
        {% do exceptions.raise_compiler_error('sluice.in_range on ' ~ column_name
            ~ ': expected min_value or max_value or both, each a number or an SQL expression as text, '
            ~ 'and inclusive as true or false; ' ~ found) %}
    {% elif numbers | length == 2 and (min_value > max_value or (min_value == max_value and not inclusive)) %}
        {% do exceptions.raise_compiler_error(
            'sluice.in_range on ' ~ column_name ~ ': no value is in this range; ' ~ found
        ) %}
    {% endif %}
    {% set parts = [] %}
    {% if min_value is not none %}
        {% do parts.append(column_name ~ (' >= ' if inclusive else ' > ') ~ min_value) %}
    {% endif %}
    {% if max_value is not none %}
        {% do parts.append(column_name ~ (' <= ' if inclusive else ' < ') ~ max_value) %}
    {% endif %}
    {% do return(parts | join(' and ')) %}
{% endmacro %}


{% macro matches_pattern_condition(column_name, pattern) %}
    {# While dbt parses, a macro has no answer yet. #}
    {% if pattern is undefined and not execute %}{% do return('true') %}{% endif %}
    {% if pattern is not string or not pattern %}
        {% do exceptions.raise_compiler_error('sluice.matches_pattern on ' ~ column_name
            ~ ': expected pattern as a regular expression, found: ' ~ pattern) %}
    {% endif %}
    {% do return(sluice.pattern_condition(column_name, pattern)) %}
{% endmacro %}


{% macro relationships_condition(column_name, to, field) %}
    {# Qualified: where the reference has no such field, a bare name would be the row's own, and always found.
       Nested: dbt run --empty gives a relation an alias of its own. #}
    {% do return(
        column_name ~ ' in (select reference.' ~ field
        ~ ' from (select * from ' ~ to ~ ') as reference)'
    ) %}
{% endmacro %}


{% macro check_conditions(sql, rules, node=none, columns=none) %}
    {# A condition that the engine cannot read is reported by rule, before anything is written. #}
    {% set errors = sluice.condition_errors(sql, rules, columns) if rules else [] %}
    {% if errors %}
        {% do errors.append('expected of each: an SQL condition that is true or false of one row by itself, '
            ~ 'without aggregates, window functions and unnest() (but for those in a subquery)') %}
    {% endif %}
    {% do sluice.raise_errors('Expectation errors', errors, node) %}
{% endmacro %}


{% macro condition_errors(sql, rules, columns=none) %}
    {# Why conditions cannot be read as one boolean of a row of the query, which has these columns, each: a message a
       rule. #}
    {% do return(adapter.dispatch('condition_errors', 'sluice')(sql, rules, columns)) %}
{% endmacro %}

{% macro default__condition_errors(sql, rules, columns) %}
    {# An engine that only raises its errors has to tell in its own words. #}
    {% do return([]) %}
{% endmacro %}
