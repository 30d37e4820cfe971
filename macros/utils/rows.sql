{% macro rows(sql) %}
    {# Plain dictionaries: agate rows differ between dbt 1 and 2. Column names in lower case. #}
    {% set result = [] %}
    {% set table = run_query(sql) %}
    {% if table %}
        {% set names = table.column_names | map('lower') | list %}
        {% for row in table.rows %}
            {% set item = {} %}
            {% for name in names %}{% do item.update({name: row[loop.index0]}) %}{% endfor %}
            {% do result.append(item) %}
        {% endfor %}
    {% endif %}
    {% do return(result) %}
{% endmacro %}
