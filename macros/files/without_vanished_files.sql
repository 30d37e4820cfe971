{% macro without_vanished_files(sql, plans) %}
    {# Files were listed when the model was compiled: one that is gone by now is left out, and noted in the plans. #}
    {% set query = namespace(sql=sql) %}
    {% for plan in plans if plan.files %}
        {% set gone = sluice.vanished_files(plan.files) %}
        {% if gone %}
            {% set left = plan.files | rejectattr('path', 'in', gone) | list %}
            {% set query.sql = query.sql | replace(
                sluice.file_rows(plan.options, plan.schema, plan.files), sluice.file_rows(plan.options, plan.schema, left)) %}
            {% do plan.update({'files': left, 'failed': (plan.failed + gone) | sort}) %}
        {% endif %}
    {% endfor %}
    {% do return(query.sql) %}
{% endmacro %}
