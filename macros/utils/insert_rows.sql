{% macro insert_rows(relation, columns, sql) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% do run_query('insert into ' ~ relation ~ ' (' ~ names ~ ')\nselect ' ~ names ~ ' from (\n' ~ sql ~ '\n) as new_rows') %}
{% endmacro %}
