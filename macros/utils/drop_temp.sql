{% macro drop_temp(relations) %}
    {% set drops = [] %}
    {% for relation in relations %}{% do drops.append('drop table if exists ' ~ relation ~ ';') %}{% endfor %}
    {% if drops %}{% do run_query(drops | join('\n')) %}{% endif %}
{% endmacro %}
