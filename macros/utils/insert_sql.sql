{% macro insert_sql(relation, names, sql) %}
    {% set list = sluice.quoted(names) | join(', ') %}
    {% do return('insert into ' ~ relation ~ ' (' ~ list ~ ')\nselect ' ~ list ~ ' from (\n' ~ sql ~ '\n) as new_rows') %}
{% endmacro %}
