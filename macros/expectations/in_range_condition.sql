{% macro in_range_condition(column_name, min_value=none, max_value=none, inclusive=true) %}
    {# Bounds are numbers or SQL expressions as text, a date or another column. While dbt parses, a macro has no answer yet. #}
    {% if not execute and [min_value, max_value, inclusive] | select('undefined') | list %}{% do return('true') %}{% endif %}
    {% set found = 'found: min_value ' ~ min_value ~ ', max_value ' ~ max_value ~ ', inclusive ' ~ inclusive %}
    {% set bounds = [] %}
    {% for bound in (min_value, max_value) if bound is not none %}{% do bounds.append(bound) %}{% endfor %}
    {% set numbers = bounds | select('number') | list %}
    {% if not bounds or inclusive is not boolean or numbers | length + bounds | select('string') | list | length < bounds | length %}
        {% do exceptions.raise_compiler_error('sluice.in_range on ' ~ column_name
            ~ ': expected min_value or max_value or both, each a number or an SQL expression as text, and inclusive as true or false; ' ~ found) %}
    {% elif numbers | length == 2 and (min_value > max_value or (min_value == max_value and not inclusive)) %}
        {% do exceptions.raise_compiler_error('sluice.in_range on ' ~ column_name ~ ': no value is in this range; ' ~ found) %}
    {% endif %}
    {% set parts = [] %}
    {% if min_value is not none %}{% do parts.append(column_name ~ (' >= ' if inclusive else ' > ') ~ min_value) %}{% endif %}
    {% if max_value is not none %}{% do parts.append(column_name ~ (' <= ' if inclusive else ' < ') ~ max_value) %}{% endif %}
    {% do return(parts | join(' and ')) %}
{% endmacro %}
