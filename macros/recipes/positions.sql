{# PUBLIC: log_position #}

{% macro log_position(expression, kind) %}
    {# A place in a database's log so that it sorts as it was meant; null where the text is none of this kind, which a
       sequence refuses. #}
    {% set kinds = ('postgres_lsn', 'mysql_file', 'hexadecimal', 'number') %}
    {% if expression is not string or not expression | trim or kind not in kinds %}
        {% do exceptions.raise_compiler_error(
            'log_position() error: expected an SQL expression and one of [' ~ kinds | join(', ') ~ '], found: '
            ~ tojson(expression) ~ ', ' ~ tojson(kind)
            ~ "; for example sluice.log_position('lsn', 'postgres_lsn')"
        ) %}
    {% endif %}
    {% do return(sluice.position_expression(kind, 'cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')')) %}
{% endmacro %}


{% macro position_expression(kind, text) %}
    {# The position that a text stands for: the name of a binlog file by its number (mysql_file), the number that is
       behind Postgres' spelling of one (postgres_lsn), hexadecimal parts (hexadecimal), whole numbers (number). #}
    {% do return(adapter.dispatch('position_expression', 'sluice')(kind, text)) %}
{% endmacro %}
